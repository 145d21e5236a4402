//! Where in a chart a file is.

use crate::gitops::tree::{At, Tree, TreeError, joined};

/// A file of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartFile {
    /// The chart's folder; empty for the root of the repository.
    pub chart: String,
    /// What the file is in it.
    pub part: Part,
}

/// What a file is in its chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Rendered; what comes of it are manifests.
    Template,
    /// Helpers (`_*`), notes and tests of other sorts: nothing that is rendered to a manifest.
    TemplateText,
    /// A manifest as it stands.
    Crd,
    /// `Chart.yaml`.
    Metadata,
    /// `values.yaml`, or another file `values*.yaml` beside it.
    Values,
    /// `values.schema.json`.
    Schema,
}

/// The chart that a file is a part of, and which one; `None` for files that no chart has, and for
/// those of a chart that have no part in it (`README.md`). Of charts in charts, the innermost.
///
/// # Errors
/// [`TreeError`] when the repository cannot be read.
pub fn chart_of(path: &str, tree: &dyn Tree) -> Result<Option<ChartFile>, TreeError> {
    let parts: Vec<&str> = path.split('/').collect();
    let Some((name, folders)) = parts.split_last() else { return Ok(None) };
    let is_chart = |folder: &str| -> Result<bool, TreeError> {
        Ok(matches!(tree.at(&joined(folder, "Chart.yaml"))?, Some(At::File | At::Elsewhere)))
    };
    let beside = match *name {
        "Chart.yaml" => Some(Part::Metadata),
        "values.schema.json" => Some(Part::Schema),
        name if name.starts_with("values") && is_yaml(name) => Some(Part::Values),
        _ => None,
    };
    let folder = folders.join("/");
    if let Some(part) = beside
        && is_chart(&folder)?
    {
        return Ok(Some(ChartFile { chart: folder, part }));
    }
    for (index, below) in folders.iter().enumerate().rev() {
        let part = match *below {
            "templates" if name.starts_with('_') || *name == "NOTES.txt" || extension(name) == "tpl" => {
                Part::TemplateText
            }
            "templates" => Part::Template,
            "crds" if is_yaml(name) || extension(name) == "json" => Part::Crd,
            _ => continue,
        };
        let chart = folders.get(..index).unwrap_or_default().join("/");
        if is_chart(&chart)? {
            return Ok(Some(ChartFile { chart, part }));
        }
    }
    Ok(None)
}

fn is_yaml(name: &str) -> bool {
    matches!(extension(name).as_str(), "yaml" | "yml")
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gitops::testing::Files;

    #[test]
    fn files_of_charts_are_told_apart() {
        let tree = Files::new(&[
            ("Chart.yaml", ""),
            ("charts/a/Chart.yaml", ""),
            ("charts/a/charts/b/Chart.yaml", ""),
            ("charts/c/templates/x.yaml", ""),
        ]);
        let cases = [
            ("charts/a/templates/deploy.yaml", Some(("charts/a", Part::Template))),
            ("charts/a/templates/deep/x.txt", Some(("charts/a", Part::Template))),
            ("charts/a/templates/_helpers.tpl", Some(("charts/a", Part::TemplateText))),
            ("charts/a/templates/NOTES.txt", Some(("charts/a", Part::TemplateText))),
            ("charts/a/crds/x.yaml", Some(("charts/a", Part::Crd))),
            ("charts/a/crds/README.md", None),
            ("charts/a/templates/crds/x.yaml", Some(("charts/a", Part::Template))),
            ("charts/a/charts/b/templates/x.yaml", Some(("charts/a/charts/b", Part::Template))),
            ("charts/a/values.yaml", Some(("charts/a", Part::Values))),
            ("charts/a/values-prod.yml", Some(("charts/a", Part::Values))),
            ("charts/a/values.schema.json", Some(("charts/a", Part::Schema))),
            ("charts/a/Chart.yaml", Some(("charts/a", Part::Metadata))),
            ("charts/c/templates/x.yaml", None),
            ("charts/c/values.yaml", None),
            ("templates/x.yaml", Some(("", Part::Template))),
            ("README.md", None),
            ("", None),
        ];
        for (path, expected) in cases {
            let expected = expected.map(|(chart, part)| ChartFile { chart: chart.to_owned(), part });
            assert_eq!(chart_of(path, &tree).unwrap(), expected, "{path}");
        }
    }
}
