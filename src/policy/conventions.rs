//! conftest's conventions: which rules of a package judge, and what shape they must have.

use regorus::unstable::{ArithOp, Expr, Rule, RuleBody, RuleHead};

use super::compile::Severity;
use super::error::PolicyError;
use super::parse::File;
use super::syntax;

/// The severity a rule has by its name (conftest `policy/engine.go`: `isFailure`, `isWarning`);
/// `None` for a rule that does not judge.
pub(super) fn severity(rule: &str) -> Option<Severity> {
    let mut parts = rule.split('_');
    let severity = match parts.next()? {
        "deny" | "violation" => Severity::Deny,
        "warn" => Severity::Warn,
        _ => return None,
    };
    parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(severity)
}

/// What an `exception` names a rule by: its name without `deny_`, `violation_` or `warn_`; empty
/// for a bare name (conftest `removeRulePrefix`, which takes them away one after the other).
pub(super) fn suffix(rule: &str) -> &str {
    if matches!(rule, "deny" | "violation" | "warn") {
        return "";
    }
    ["violation_", "deny_", "warn_"].iter().fold(rule, |rest, prefix| rest.strip_prefix(prefix).unwrap_or(rest))
}

/// The name under which a rule judges; `None` for one that does not.
pub(super) fn judging_name(rule: &Rule) -> Option<&str> {
    let name = syntax::root_name(syntax::head_reference(rule))?;
    severity(name)?;
    match rule {
        // `violation_message(x)` is a helper; conftest asks for its value and gets none.
        Rule::Spec { head: RuleHead::Func { .. }, .. } if name.contains('_') => None,
        Rule::Default { args, .. } if name.contains('_') && !args.is_empty() => None,
        Rule::Spec { .. } | Rule::Default { .. } => Some(name),
    }
}

/// A judging rule whose value can never be a set or an array of messages. conftest counts that as
/// passed; here a rule that cannot refuse anything is refused itself.
pub(super) fn shape_error(file: &File, rule: &Rule) -> Option<PolicyError> {
    let name = judging_name(rule)?;
    let reference = syntax::head_reference(rule);
    let fix = format!("write `{name} contains msg if {{ … msg := \"…\" }}`");
    let refuse = |what: &str, span| {
        Some(
            PolicyError::new(format!("`{name}` {what}, so it would never refuse anything"))
                .at(file.place(span))
                .help(fix.clone()),
        )
    };
    let span = reference.span();
    let plain = matches!(reference, Expr::Var { .. });
    match rule {
        Rule::Spec { head: RuleHead::Func { .. }, .. } => refuse("is a function", span),
        Rule::Spec { head: RuleHead::Set { .. }, .. } if plain => None,
        Rule::Spec { head: RuleHead::Compr { assign: None, .. }, .. } if matches!(reference, Expr::RefBrack { .. }) => {
            refuse("uses `if` without `contains` and is an object", span)
        }
        Rule::Spec { head: RuleHead::Compr { assign, .. }, bodies, .. } if plain => {
            let values = assign.iter().chain(bodies.iter().filter_map(|body: &RuleBody| body.assign.as_ref()));
            let Some(kind) = values.map(|assign| scalar_kind(&assign.value)).find_map(|kind| kind) else {
                return if assign.is_none() { refuse("is true or false", span) } else { None };
            };
            refuse(&format!("is {kind}"), span)
        }
        Rule::Spec { head: RuleHead::Set { .. } | RuleHead::Compr { .. }, .. } => refuse("is an object", span),
        Rule::Default { value, .. } => match scalar_kind(value) {
            Some(kind) => refuse(&format!("is {kind} by default"), span),
            None => None,
        },
    }
}

/// Whether conftest refuses a rule of the wrong shape, too: functions, and `if` without `contains`
/// (`problematicIf`). Others it counts as passed.
pub(super) fn is_refused_by_conftest(rule: &Rule) -> bool {
    match rule {
        Rule::Spec { head: RuleHead::Func { .. }, .. } => true,
        Rule::Spec { head: RuleHead::Compr { refr, assign: None, .. }, .. } => {
            matches!(refr.as_ref(), Expr::RefBrack { .. })
        }
        Rule::Spec { head: RuleHead::Set { .. } | RuleHead::Compr { .. }, .. } | Rule::Default { .. } => false,
    }
}

/// What an expression is when it can be neither a set nor an array.
fn scalar_kind(expression: &Expr) -> Option<&'static str> {
    match expression {
        Expr::String { .. } | Expr::RawString { .. } => Some("a string"),
        // `a - b` may be a difference of sets.
        Expr::Number { .. }
        | Expr::UnaryExpr { .. }
        | Expr::ArithExpr { op: ArithOp::Add | ArithOp::Mul | ArithOp::Div | ArithOp::Mod, .. } => Some("a number"),
        Expr::Bool { .. } | Expr::BoolExpr { .. } | Expr::Membership { .. } => Some("true or false"),
        Expr::Null { .. } => Some("null"),
        Expr::Object { .. } | Expr::ObjectCompr { .. } => Some("an object"),
        Expr::Call { fcn, .. } => match syntax::components(fcn)?.join(".").as_str() {
            "sprintf" | "concat" => Some("a string"),
            "count" => Some("a number"),
            _ => None,
        },
        Expr::ArithExpr { op: ArithOp::Sub, .. }
        | Expr::Var { .. }
        | Expr::Array { .. }
        | Expr::Set { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::RefDot { .. }
        | Expr::RefBrack { .. }
        | Expr::BinExpr { .. }
        | Expr::AssignExpr { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_judging_rules() {
        for name in ["deny", "violation", "deny_a", "violation_A1_b2"] {
            assert_eq!(severity(name), Some(Severity::Deny), "{name}");
        }
        assert_eq!(severity("warn_x"), Some(Severity::Warn));
        for name in ["denya", "deny_", "deny__a", "deny_a-b", "Deny", "warning", "exception", "_deny", ""] {
            assert_eq!(severity(name), None, "{name}");
        }
    }

    #[test]
    fn suffixes_of_exceptions() {
        assert_eq!(suffix("deny"), "");
        assert_eq!(suffix("violation_run_as_root"), "run_as_root");
        assert_eq!(suffix("violation_deny_warn_x"), "x");
        assert_eq!(suffix("warn_deny_x"), "deny_x");
    }
}
