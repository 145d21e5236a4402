//! Test results as XML of `JUnit`: a suite for each file, a case for each test.

use super::{TestCounts, lines};
use crate::policy::{TestCase, TestReport, TestStatus};

/// Writes results.
#[must_use]
pub fn junit(report: &TestReport) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = TestCounts::of(report);
    let seconds = |cases: &[&TestCase]| cases.iter().map(|case| case.time.as_secs_f64()).sum::<f64>();
    let all: Vec<&TestCase> = report.cases.iter().collect();
    out.push_str(&format!("<testsuites name=\"pushgate\" {} time=\"{:.3}\">\n", numbers(counts), seconds(&all)));
    let mut files: Vec<&str> = report.cases.iter().map(|case| case.source.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let cases: Vec<&TestCase> = report.cases.iter().filter(|case| case.source == file).collect();
        let of_file = TestReport { cases: cases.iter().map(|case| (*case).clone()).collect(), ..TestReport::default() };
        out.push_str(&format!(
            "  <testsuite name=\"{}\" {} time=\"{:.3}\">\n",
            attribute(file),
            numbers(TestCounts::of(&of_file)),
            seconds(&cases)
        ));
        for case in cases {
            push_case(&mut out, case);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn numbers(counts: TestCounts) -> String {
    let all = counts.passed + counts.failed + counts.skipped + counts.errors;
    format!(
        "tests=\"{all}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        counts.failed, counts.errors, counts.skipped
    )
}

fn push_case(out: &mut String, case: &TestCase) {
    let (package, name) = case.name.rsplit_once('.').unwrap_or(("", &case.name));
    out.push_str(&format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3}\">\n",
        attribute(package),
        attribute(name),
        attribute(&case.source),
        case.line,
        case.time.as_secs_f64()
    ));
    match &case.status {
        TestStatus::Passed => {}
        TestStatus::Skipped => out.push_str("      <skipped/>\n"),
        TestStatus::Error(error) => out.push_str(&format!("      <error message=\"{}\"/>\n", attribute(error))),
        TestStatus::Failed => {
            let failures = case.failure.iter().chain(case.cases.iter().filter_map(|sub| sub.failure.as_ref()));
            let text: Vec<String> = failures.flat_map(lines).collect();
            let failed = case.cases.iter().filter(|sub| !sub.passed).map(|sub| sub.name.as_str()).collect::<Vec<_>>();
            let message = match (&case.failure, failed.is_empty()) {
                (Some(failure), _) => failure.message.clone(),
                (None, false) => format!("failed cases: {}", failed.join(", ")),
                (None, true) => "failed".to_owned(),
            };
            let text = attribute(&text.join("\n")).replace("&#10;", "\n");
            out.push_str(&format!("      <failure message=\"{}\">{text}</failure>\n", attribute(&message)));
        }
    }
    if !case.prints.is_empty() {
        let prints = attribute(&case.prints.join("\n")).replace("&#10;", "\n");
        out.push_str(&format!("      <system-out>{prints}</system-out>\n"));
    }
    out.push_str("    </testcase>\n");
}

/// Text as it stands in an attribute. What XML has no way to say becomes a question mark.
fn attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::attribute;

    #[test]
    fn xml_is_escaped() {
        assert_eq!(attribute("a<b & \"c\"\n\u{1b}[0m"), "a&lt;b &amp; &quot;c&quot;&#10;?[0m");
    }
}
