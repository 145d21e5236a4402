//! Reading regorus's syntax tree: paths of references, and a walk over every expression.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Query, Rule, RuleAssign, RuleHead};

/// The components of a reference made of names and string literals only: `data.lib["a-b"].f`.
pub(super) fn components(reference: &Expr) -> Option<Vec<String>> {
    let mut components = Vec::new();
    let mut current = reference;
    loop {
        match current {
            Expr::Var { span, .. } => {
                components.push(span.text().to_owned());
                components.reverse();
                return Some(components);
            }
            Expr::RefDot { refr, field, .. } => {
                components.push(field.0.text().to_owned());
                current = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                match index.as_ref() {
                    Expr::String { value, .. } | Expr::RawString { value, .. } => {
                        components.push(value.as_string().ok()?.to_string());
                    }
                    _ => return None,
                }
                current = refr;
            }
            _ => return None,
        }
    }
}

/// The name a rule head begins with: `deny` of `deny contains msg`, `deny[msg]` and `deny.a.b`.
pub(super) fn root_name(reference: &Expr) -> Option<&str> {
    let mut current = reference;
    loop {
        match current {
            Expr::Var { span, .. } => return Some(span.text()),
            Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => current = refr,
            _ => return None,
        }
    }
}

/// A path as regorus writes it: `data.a.b`, `data.a["b-c"]`.
pub(super) fn path<'a>(components: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for component in components {
        let mut bytes = component.bytes();
        let plain = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(component);
        } else {
            path.push('[');
            path.push_str(&serde_json::Value::from(component).to_string());
            path.push(']');
        }
    }
    path
}

/// The reference a rule head defines.
pub(super) fn head_reference(rule: &Rule) -> &Expr {
    match rule {
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    }
}

/// One step towards the name of a reference: the key, if it has one, and what it is a key of.
fn head_step(reference: &Expr) -> Option<(Option<&Expr>, &Expr)> {
    match reference {
        Expr::RefBrack { refr, index, .. } => Some((Some(index), refr)),
        Expr::RefDot { refr, .. } => Some((None, refr)),
        _ => None,
    }
}

/// Calls `see` for every expression of a module, parents before children, and `statement` for
/// every statement.
pub(super) struct Walk<'f> {
    pub(super) see: &'f mut dyn FnMut(&Expr),
    pub(super) statement: &'f mut dyn FnMut(&LiteralStmt),
}

impl Walk<'_> {
    pub(super) fn module(&mut self, module: &Module) {
        module.policy.iter().for_each(|rule| self.rule_without_name(rule));
    }

    /// All of a rule but the reference in its head that is defined; the keys in it are seen.
    pub(super) fn rule_without_name(&mut self, rule: &Rule) {
        let mut head = head_step(head_reference(rule));
        while let Some((index, rest)) = head {
            if let Some(index) = index {
                self.expression(index);
            }
            head = head_step(rest);
        }
        match rule {
            Rule::Spec { head, bodies, .. } => {
                match head {
                    RuleHead::Compr { assign, .. } => self.assign(assign.as_ref()),
                    RuleHead::Set { key, .. } => {
                        if let Some(key) = key {
                            self.expression(key);
                        }
                    }
                    RuleHead::Func { args, assign, .. } => {
                        for argument in args {
                            self.expression(argument);
                        }
                        self.assign(assign.as_ref());
                    }
                }
                for body in bodies {
                    self.assign(body.assign.as_ref());
                    self.query(&body.query);
                }
            }
            Rule::Default { value, .. } => self.expression(value),
        }
    }

    fn assign(&mut self, assign: Option<&RuleAssign>) {
        if let Some(assign) = assign {
            self.expression(&assign.value);
        }
    }

    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            (self.statement)(statement);
            match &statement.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection, .. } => {
                    if let Some(key) = key {
                        self.expression(key);
                    }
                    self.expression(value);
                    self.expression(collection);
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expression(expr),
                Literal::Every { domain, query, .. } => {
                    self.expression(domain);
                    self.query(query);
                }
            }
            for modifier in &statement.with_mods {
                self.expression(&modifier.r#as);
            }
        }
    }

    fn expression(&mut self, expression: &Expr) {
        (self.see)(expression);
        match expression {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::Var { .. } => {}
            Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| self.expression(item)),
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    self.expression(key);
                    self.expression(value);
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expression(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expression(key);
                self.expression(value);
                self.query(query);
            }
            Expr::Call { params, .. } => params.iter().for_each(|parameter| self.expression(parameter)),
            Expr::UnaryExpr { expr, .. } => self.expression(expr),
            Expr::RefDot { refr, .. } => self.expression(refr),
            Expr::RefBrack { refr, index, .. } => {
                self.expression(refr);
                self.expression(index);
            }
            Expr::BinExpr { lhs, rhs, .. }
            | Expr::BoolExpr { lhs, rhs, .. }
            | Expr::ArithExpr { lhs, rhs, .. }
            | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expression(lhs);
                self.expression(rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                if let Some(key) = key {
                    self.expression(key);
                }
                self.expression(value);
                self.expression(collection);
            }
        }
    }
}
