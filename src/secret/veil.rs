//! What is not shown of a file that is about secrets, found or not: a mistake beside a secret must not
//! put it on anybody's screen.

use crate::document::Span;

/// Keys of a `Secret` whose values everybody may see, on the level of the object.
const OPEN: [&str; 6] = ["apiVersion", "kind", "type", "immutable", "sops", "items"];

/// The values in a file that may be secrets by where they stand: those of a `Secret`, read by its lines
/// since the file may be broken, and those of an environment file. The path is only looked at for its
/// name.
#[must_use]
pub fn veiled(path: &str, text: &str) -> Vec<Span> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == ".env" || name.starts_with(".env.") || name.rsplit_once('.').is_some_and(|(_, end)| end == "env") {
        return lines(text).filter_map(|(start, line)| after(start, line, line.find('=')? + 1)).collect();
    }
    // Objects keep what is secret in a `Secret`.
    let is_object = text.contains("apiVersion:") && text.contains("kind:");
    let mut spans = if is_object { Vec::new() } else { super::settings::named_in_lines(text) };
    if !text.contains("Secret") {
        return spans;
    }
    let (mut document, mut is_secret, mut metadata) = (Vec::new(), false, None);
    for (start, line) in lines(text) {
        if line.starts_with("---") {
            if is_secret {
                spans.append(&mut document);
            }
            document.clear();
            (is_secret, metadata) = (false, None);
            continue;
        }
        is_secret |= says_secret(line);
        let indent = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
        // Names, labels and annotations are for everybody to see.
        if metadata.is_some_and(|level| indent > level || line.trim().is_empty()) {
            continue;
        }
        metadata = None;
        let key = line.split(':').next().unwrap_or_default().trim_matches([' ', '\t', '-', '"', '\'', '{', '?']);
        match key {
            "metadata" if !line.contains("data\"") || line.trim_start().starts_with("\"metadata\"") => {
                metadata = Some(indent);
            }
            _ => document.extend(value(start, line)),
        }
    }
    if is_secret {
        spans.append(&mut document);
    }
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The lines of a text with their offsets.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line)
    })
}

/// Whether a line says that an object is a `Secret`: in YAML on the level of the object or of an item
/// of a list, in JSON anywhere.
fn says_secret(line: &str) -> bool {
    let bare = line.trim_start_matches("- ");
    let rest = if let Some(rest) = bare.strip_prefix("kind") {
        rest
    } else {
        let Some(at) = line.find("\"kind\"") else { return false };
        line.get(at + 6..).unwrap_or_default()
    };
    let Some(rest) = rest.trim_start().strip_prefix(':') else { return false };
    let rest = rest.trim_start().trim_start_matches("!!str ").trim_start_matches(['"', '\'']);
    rest.strip_prefix("Secret")
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()) || rest.starts_with("List"))
}

/// What a line says, if that may be a secret: the value of its key, or all of it where it has none.
fn value(start: usize, line: &str) -> Option<Span> {
    let said = line.trim_start_matches([' ', '\t', '-']);
    if said.trim().is_empty() || said.starts_with('#') {
        return None;
    }
    // An object in one line.
    let inner = ["\"stringData\"", "\"data\"", "stringData:", " data:"];
    if line.trim_start().starts_with('{') {
        let at = inner.iter().filter_map(|key| line.find(key).map(|at| at + key.len())).min()?;
        return after(start, line, at + usize::from(line.get(at..).is_some_and(|rest| rest.starts_with(':'))));
    }
    let Some(colon) = line.find(':') else { return after(start, line, line.len() - said.len()) };
    let key = line.get(..colon)?.trim_matches([' ', '\t', '-', '"', '\'', '{', '?']);
    if OPEN.contains(&key) { None } else { after(start, line, colon + 1) }
}

/// What stands in a line from an offset on, without blanks around.
fn after(start: usize, line: &str, from: usize) -> Option<Span> {
    let rest = line.get(from..)?;
    let text = rest.trim();
    let begin = start + from + (rest.len() - rest.trim_start().len());
    // The header of a block says nothing.
    (!text.is_empty() && !matches!(text, "|" | ">" | "|-" | ">-" | "|+" | ">+" | "{" | "[" | "}" | "]"))
        .then(|| Span::new(begin, begin + text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(path: &str, text: &str) -> Vec<String> {
        let spans = veiled(path, text);
        spans.iter().map(|span| text[span.start as usize..span.end as usize].to_owned()).collect()
    }

    #[test]
    fn values_of_secrets_are_hidden_whether_the_file_can_be_read_or_not() {
        let text = "kind: ConfigMap\ndata: {a: b}\n---\nkind: Secret\nmetadata:\n  name: a\nstringdata:\n\tpassword: p: q\n  key: |\n    one\n    two\n";
        assert_eq!(hidden("a.yaml", text), ["p: q", "one", "two"]);
        assert_eq!(hidden("a.json", "{\"kind\": \"Secret\",\n \"data\": {\"a\": \"b\"}}"), ["{\"a\": \"b\"}}"]);
        assert_eq!(hidden("a.json", "{\"kind\":\"Secret\",\"stringData\":{\"a\":\"b\",}}"), ["{\"a\":\"b\",}}"]);
        assert_eq!(hidden("a.yaml", "kind: SecretStore\nspec: x\n"), [""; 0]);
        let labels = "kind: Secret\nmetadata:\n  name: a\n  labels: {app: b}\nstringData:\n  password: c\n";
        assert_eq!(hidden("a.yaml", labels), ["c"]);
        assert_eq!(hidden("a.yaml", "spec:\n  target:\n    kind: Secret\n  x: y\n"), [""; 0]);
        assert_eq!(hidden("a.yaml", "# the kind: Secret of x\nx: y\n"), [""; 0]);
        let list = "kind: List\nitems:\n- kind: Secret\n  data: {a: b}\n";
        assert_eq!(hidden("a.yaml", list), ["{a: b}"]);
        assert_eq!(hidden("conf/.env", "A=b\n# c\nD = e \n"), ["b", "e"]);
        assert_eq!(hidden("a.md", "the kind: of Secret\n"), [""; 0]);
    }
}
