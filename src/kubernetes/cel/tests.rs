use super::*;
use crate::gitops::testing::yaml;

fn holds(rule: &str, old: &str, new: &str) -> Result<bool, Open> {
    let (old, new) = (yaml(old), yaml(new));
    Expression::parse(rule)?.holds(&Subject { new: &new, old: Some(&old), optional: false })
}

#[test]
fn the_shapes_of_real_definitions() {
    for (rule, old, new, expected) in [
        ("self == oldSelf", "a", "a", Ok(true)),
        ("self == oldSelf", "a", "b", Ok(false)),
        ("self == oldSelf", "{a: 1, b: []}", "{a: 1}", Ok(true)),
        ("self == oldSelf", "[a, b]", "[b, a]", Err(Open::Unsupported)),
        ("self == oldSelf", "'${A}'", "b", Err(Open::Substituted)),
        ("self.x == oldSelf.x", "{x: 1, y: 1}", "{x: 1, y: 2}", Ok(true)),
        ("has(self.x) == has(oldSelf.x)", "{x: 1}", "{y: 1}", Ok(false)),
        ("!has(oldSelf.x) || has(self.x)", "{x: 1}", "{y: 1}", Ok(false)),
        ("!has(oldSelf.x) || has(self.x)", "{y: 1}", "{x: 1}", Ok(true)),
        ("self == '' || oldSelf == '' || self == oldSelf", "''", "b", Ok(true)),
        ("oldSelf == null || self == oldSelf", "a", "b", Ok(false)),
        ("oldSelf.all(x, x in self)", "[a, b]", "[b, c, a]", Ok(true)),
        ("oldSelf.all(x, x in self)", "[a, b]", "[b]", Ok(false)),
        ("oldSelf.all(k, self[k] == oldSelf[k])", "{a: 1}", "{a: 1, b: 2}", Ok(true)),
        ("self >= oldSelf", "3", "2", Ok(false)),
        ("self.size() >= oldSelf.size()", "[a]", "[a, b]", Ok(true)),
        ("size(self) == size(oldSelf)", "abc", "abd", Ok(true)),
        ("self == oldSelf || oldSelf != 'Active'", "Active", "Inactive", Ok(false)),
        ("quantity(self).compareTo(quantity(oldSelf)) >= 0", "1Gi", "1024Mi", Ok(true)),
        ("oldSelf.exists(x, x.name == 'a') ? self.exists(x, x.name == 'a') : true", "[{name: a}]", "[]", Ok(false)),
        ("self.?x.orValue('d') == oldSelf.?x.orValue('d')", "{}", "{x: d}", Ok(true)),
        ("self.x.all(x, x.foo == 'a')", "{x: [{foo: a}]}", "{x: [{foo: a}, {foo: b}]}", Ok(false)),
        ("self.a__dash__b == oldSelf.a__dash__b", "{a-b: 1}", "{a-b: 2}", Ok(false)),
        ("self.x == oldSelf.x", "{x: 1}", "{y: 1}", Err(Open::Fails)),
        ("isURL(self)", "a", "b", Err(Open::Unsupported)),
        ("self.matches('a+')", "a", "b", Err(Open::Unsupported)),
        ("self ==", "a", "b", Err(Open::Unsupported)),
        ("1 + 2 * 3 == 7 && -1 < 0 && !(2 > 3) && 'a' + \"b\" == 'ab'", "a", "b", Ok(true)),
    ] {
        assert_eq!(holds(rule, old, new), expected, "{rule}: {old} -> {new}");
    }
}

#[test]
fn an_optional_old_value() {
    let new = yaml("b");
    let holds = |rule: &str, old: Option<&Node>| {
        Expression::parse(rule).and_then(|rule| rule.holds(&Subject { new: &new, old, optional: true }))
    };
    let rule = "!oldSelf.hasValue() || oldSelf.value() == self";
    assert_eq!(holds(rule, None), Ok(true));
    assert_eq!(holds(rule, Some(&yaml("b"))), Ok(true));
    assert_eq!(holds(rule, Some(&yaml("a"))), Ok(false));
    assert_eq!(holds("oldSelf.orValue('b') == self", None), Ok(true));
}

#[test]
fn the_fields_of_a_rule() {
    let rule = Expression::parse("has(oldSelf.x.y) ? self.x.y == oldSelf.x.y : self.z.all(i, i > 0)").expect("a rule");
    assert_eq!(rule.fields(), [vec!["x", "y"], vec!["z"]]);
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}1{} == 1", "(".repeat(500), ")".repeat(500));
    assert_eq!(Expression::parse(&deep), Err(Open::Unsupported));
    assert!(Expression::parse(&format!("{}true", "!".repeat(5000))).is_ok());
}
