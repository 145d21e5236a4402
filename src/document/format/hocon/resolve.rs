//! Substitutions: what they mean within the file.

use std::collections::{HashMap, HashSet};

use super::super::mapping::syntax;
use super::joined;
use super::model::{Expr, FieldId, Model, ObjectId, Substitution};
use super::parse::File;
use super::scalar::number_value;
use crate::document::format::mapping::{MappingBuilder, limit};
use crate::document::{Entry, Node, ParseLimits, Problem, Span, Value};

/// Text that substitutions may add to one file, in bytes.
const MOST_TEXT: usize = 8 << 20;

/// Fields of objects that are put together, over the whole file.
const MOST_MERGED: usize = 500_000;

/// The value of a file.
pub(super) fn resolve(text: &str, file: &File, limits: &ParseLimits, levels: usize) -> Result<Node, Problem> {
    let mut resolver = Resolver {
        text,
        model: &file.model,
        top: file.top,
        limits: *limits,
        running: vec![None; file.model.field_count()],
        active: vec![false; file.substitutions],
        inside: 0,
        steps: 0,
        added: 0,
        merged: 0,
        levels: 0,
        most_levels: levels,
        circle: None,
        wider: Vec::new(),
    };
    let root = match resolver.expr(&file.root, None)? {
        Got::Node(node) | Got::Open(node) => Some(node),
        Got::Nothing => None,
    };
    Ok(root.unwrap_or(Node { value: Value::Mapping(Vec::new()), span: file.root.span(&file.model) }))
}

/// What an expression is.
enum Got {
    /// Nothing: an optional substitution that is not defined.
    Nothing,
    Node(Node),
    /// A substitution that the file does not define, as it is written.
    Open(Node),
}

struct Resolver<'m> {
    text: &'m str,
    model: &'m Model,
    top: ObjectId,
    limits: ParseLimits,
    /// For every field whose value is being resolved: the layer that is. It sees only those below.
    running: Vec<Option<usize>>,
    /// Whether a substitution is being resolved.
    active: Vec<bool>,
    /// Substitutions that are being resolved within one another.
    inside: usize,
    /// Values made for substitutions, and bytes of text.
    steps: usize,
    added: usize,
    merged: usize,
    levels: usize,
    most_levels: usize,
    /// The field that needs itself, when a substitution led there.
    circle: Option<FieldId>,
    /// Fields with an object among their pieces that is being resolved.
    wider: Vec<FieldId>,
}

impl<'m> Resolver<'m> {
    /// The value of an expression that is written into `owner`.
    fn expr(&mut self, expr: &'m Expr, owner: Option<FieldId>) -> Result<Got, Problem> {
        self.levels += 1;
        self.steps += usize::from(self.inside > 0);
        if self.levels > self.most_levels || self.steps > self.limits.alias_nodes {
            return Err(self.too_much(expr.span(self.model)));
        }
        let got = match expr {
            Expr::Scalar(value, span) => {
                if let Value::String(text) = value
                    && self.inside > 0
                {
                    self.add_text(text.len(), *span)?;
                }
                Ok(Got::Node(Node { value: value.clone(), span: *span }))
            }
            Expr::Blank(span) => {
                Ok(Got::Node(Node { value: Value::String(self.slice(*span).to_owned()), span: *span }))
            }
            Expr::Object(object) => self.object(*object),
            Expr::List(items, span) => {
                let mut nodes = Vec::with_capacity(items.len());
                for item in items {
                    if let Got::Node(node) | Got::Open(node) = self.expr(item, owner)? {
                        nodes.push(node);
                    }
                }
                Ok(Got::Node(Node { value: Value::Sequence(nodes), span: *span }))
            }
            Expr::Pieces(pieces, span) => self.pieces(pieces, *span, owner),
            Expr::Substitution(substitution) => Ok(match self.substitution(substitution, owner)? {
                // It stands here, whatever it holds; for another substitution, where it is written.
                Got::Node(node) if self.inside == 0 => Got::Node(Node { span: substitution.span, ..node }),
                got @ (Got::Node(_) | Got::Open(_) | Got::Nothing) => got,
            }),
            Expr::Before(_) => {
                let below = owner.and_then(|field| self.running.get(field.0).copied().flatten()).unwrap_or(0);
                let node = match owner {
                    Some(field) => self.layers(field, below)?,
                    None => None,
                };
                Ok(node.map_or(Got::Nothing, |(node, _)| Got::Node(node)))
            }
        };
        self.levels -= 1;
        got
    }

    fn object(&mut self, object: ObjectId) -> Result<Got, Problem> {
        let Some(object) = self.model.object(object) else { return Ok(Got::Nothing) };
        let mut entries = Vec::with_capacity(object.fields.len());
        let mut span = object.span;
        for id in &object.fields {
            let Some(field) = self.model.field(*id) else { continue };
            let running = self.running.get(id.0).copied().flatten();
            if running == Some(0) {
                self.circle = Some(*id);
            }
            if let Some((value, key_span)) = self.layers(*id, running.unwrap_or(field.layers.len()))? {
                let whole = joined(key_span, value.span);
                span = Some(span.map_or(whole, |span| joined(span, whole)));
                entries.push(Entry { key: field.key.clone(), key_span, value });
            }
        }
        Ok(Got::Node(Node { value: Value::Mapping(entries), span: span.unwrap_or_default() }))
    }

    /// What the lowest `below` layers of a field are together, and where its key is written.
    fn layers(&mut self, id: FieldId, below: usize) -> Result<Option<(Node, Span)>, Problem> {
        let Some(field) = self.model.field(id) else { return Ok(None) };
        let mut found: Option<(Node, Span)> = None;
        for (at, layer) in field.layers.iter().enumerate().take(below).rev() {
            let got = self.within(id, at, &layer.expr, |it| it.expr(&layer.expr, Some(id)))?;
            let (Got::Node(node) | Got::Open(node)) = got else { continue };
            found = match found {
                None if matches!(node.value, Value::Mapping(_)) => Some((node, layer.key_span)),
                None => return Ok(Some((node, layer.key_span))),
                Some((upper, _)) if matches!(node.value, Value::Mapping(_)) => {
                    Some((self.merge(node, upper)?, layer.key_span))
                }
                // Whatever lies below something else than an object is hidden.
                Some(_) => break,
            };
        }
        Ok(found)
    }

    /// Does something while a layer of a field is being resolved.
    fn within<T>(
        &mut self,
        field: FieldId,
        layer: usize,
        expr: &Expr,
        work: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        // The fields of an object may refer to each other.
        if matches!(expr, Expr::Object(_)) {
            return work(self);
        }
        let old = self.running.get_mut(field.0).and_then(|running| running.replace(layer));
        let done = work(self);
        if let Some(running) = self.running.get_mut(field.0) {
            *running = old;
        }
        done
    }

    /// Values one after the other.
    fn pieces(&mut self, pieces: &'m [Expr], span: Span, owner: Option<FieldId>) -> Result<Got, Problem> {
        let mut nodes: Vec<(Node, bool)> = Vec::with_capacity(pieces.len());
        let mut is_text = true;
        for piece in pieces {
            let (node, is_open) = match (piece, owner) {
                // An object among them may refer to the whole value.
                (Expr::Object(object), Some(field)) => {
                    self.wider.push(field);
                    let got = self.object(*object)?;
                    self.wider.pop();
                    match got {
                        Got::Node(node) | Got::Open(node) => (node, false),
                        Got::Nothing => continue,
                    }
                }
                _ => match self.piece(piece, owner)? {
                    Got::Nothing => continue,
                    Got::Node(node) => (node, matches!(piece, Expr::Blank(_))),
                    Got::Open(node) => (node, true),
                },
            };
            is_text &= !matches!(node.value, Value::Sequence(_) | Value::Mapping(_));
            nodes.push((node, is_open));
        }
        if is_text {
            return self.text(nodes, pieces, span);
        }
        // What is not defined here may be anything; blanks between lists and objects mean nothing.
        nodes.retain(|(_, is_open)| !is_open);
        let mut whole: Option<Node> = None;
        for (node, _) in nodes {
            whole = Some(match (whole, node) {
                (None, node) => node,
                (Some(a @ Node { value: Value::Mapping(_), .. }), b @ Node { value: Value::Mapping(_), .. }) => {
                    self.merge(a, b)?
                }
                (Some(Node { value: Value::Sequence(mut a), .. }), Node { value: Value::Sequence(b), .. }) => {
                    a.extend(b);
                    Node { value: Value::Sequence(a), span }
                }
                (Some(a), b) => {
                    let message = format!("{} and {} cannot be put together", a.kind_name(), b.kind_name());
                    let help = "set them apart by a comma, or quote the text";
                    return Err(syntax(&message, span, help));
                }
            });
        }
        Ok(whole.map_or(Got::Nothing, |node| Got::Node(Node { span, ..node })))
    }

    /// A piece. A number in a text is as it is written, so that its place is kept.
    fn piece(&mut self, piece: &'m Expr, owner: Option<FieldId>) -> Result<Got, Problem> {
        match piece {
            Expr::Substitution(substitution) => self.substitution(substitution, owner),
            _ => self.expr(piece, owner),
        }
    }

    /// Texts one after the other.
    fn text(&mut self, mut nodes: Vec<(Node, bool)>, pieces: &[Expr], span: Span) -> Result<Got, Problem> {
        if nodes.len() == 1 && pieces.iter().all(|piece| !matches!(piece, Expr::Blank(_))) {
            return Ok(nodes
                .pop()
                .map_or(Got::Nothing, |(node, is_open)| if is_open { Got::Open(node) } else { Got::Node(node) }));
        }
        if nodes.is_empty() {
            return Ok(Got::Nothing);
        }
        let mut text = String::new();
        for (node, _) in nodes {
            let piece = match node.value {
                Value::String(piece) => piece,
                Value::Null => "null".to_owned(),
                Value::Bool(bool) => bool.to_string(),
                // As it is written, with its zeros.
                Value::Number(number) => match self.slice(node.span) {
                    written if number_value(written).as_ref() == Some(&number) => written.to_owned(),
                    _ => number.to_string(),
                },
                Value::Sequence(_) | Value::Mapping(_) => continue,
            };
            if self.inside > 0 {
                self.add_text(piece.len(), span)?;
            }
            text.push_str(&piece);
        }
        if self.inside == 0 && pieces.iter().any(|piece| matches!(piece, Expr::Substitution(_))) {
            self.add_text(text.len(), span)?;
        }
        Ok(Got::Node(Node { value: Value::String(text), span }))
    }

    /// What a substitution stands for.
    fn substitution(&mut self, substitution: &'m Substitution, owner: Option<FieldId>) -> Result<Got, Problem> {
        let Substitution { number, path, is_optional, span } = substitution;
        if self.active.get(*number).copied().unwrap_or(true) {
            return if *is_optional { Ok(Got::Nothing) } else { Err(circular(*span, None)) };
        }
        if let Some(active) = self.active.get_mut(*number) {
            *active = true;
        }
        let outer = self.circle.take();
        self.inside += 1;
        let mut found = None;
        self.find_in_object(self.top, path, &mut found)?;
        if found.is_none() && !self.wider.is_empty() {
            // What a value was before comes first; then comes the value as a whole.
            self.circle = None;
            let fields = std::mem::take(&mut self.wider);
            let old: Vec<Option<usize>> =
                fields.iter().map(|field| self.running.get_mut(field.0).and_then(Option::take)).collect();
            self.find_in_object(self.top, path, &mut found)?;
            for (field, old) in fields.iter().zip(old) {
                if let Some(running) = self.running.get_mut(field.0) {
                    *running = old;
                }
            }
            self.wider = fields;
        }
        self.inside -= 1;
        if let Some(active) = self.active.get_mut(*number) {
            *active = false;
        }
        let circle = std::mem::replace(&mut self.circle, outer);
        // A field that was nothing before may come from elsewhere; two that need each other cannot.
        if let Some(field) = circle.filter(|field| Some(*field) != owner || found.is_some()) {
            if *is_optional {
                return Ok(Got::Nothing);
            }
            return Err(circular(
                *span,
                self.model.field(field).and_then(|field| field.layers.first()).map(|l| l.key_span),
            ));
        }
        Ok(match found {
            Some(node) => Got::Node(node),
            None if *is_optional => Got::Nothing,
            None => Got::Open(Node { value: Value::String(self.slice(*span).to_owned()), span: *span }),
        })
    }

    /// Adds what is written under `path` in an object to what was found before. Returns whether that is all.
    fn find_in_object(&mut self, object: ObjectId, path: &[String], found: &mut Option<Node>) -> Result<bool, Problem> {
        let Some((first, rest)) = path.split_first() else { return Ok(false) };
        let Some(id) = self.model.find(object, first) else { return Ok(false) };
        let Some(field) = self.model.field(id) else { return Ok(false) };
        let running = self.running.get(id.0).copied().flatten();
        let below = running.unwrap_or(field.layers.len());
        if rest.is_empty() {
            if running == Some(0) {
                self.circle = Some(id);
            }
            let node = self.layers(id, below)?.map(|(node, _)| node);
            let Some(node) = node else { return Ok(false) };
            let is_object = matches!(node.value, Value::Mapping(_));
            *found = match found.take() {
                None => Some(node),
                Some(upper) if is_object => Some(self.merge(node, upper)?),
                upper @ Some(_) => upper,
            };
            // Nothing below something else than an object can be seen.
            return Ok(!is_object);
        }
        for (at, layer) in field.layers.iter().enumerate().take(below).rev() {
            if self.within(id, at, &layer.expr, |it| it.find_in_expr(&layer.expr, rest, found))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn find_in_expr(&mut self, expr: &'m Expr, path: &[String], found: &mut Option<Node>) -> Result<bool, Problem> {
        self.levels += 1;
        self.steps += 1;
        if self.levels > self.most_levels || self.steps > self.limits.alias_nodes {
            return Err(self.too_much(expr.span(self.model)));
        }
        let done = match expr {
            Expr::Object(object) => self.find_in_object(*object, path, found)?,
            Expr::Substitution(substitution) => {
                let whole: Vec<String> = substitution.path.iter().chain(path).cloned().collect();
                self.find_in_object(self.top, &whole, found)?
            }
            Expr::Pieces(pieces, _) => {
                let mut done = false;
                for piece in pieces.iter().rev() {
                    done = self.find_in_expr(piece, path, found)?;
                    if done {
                        break;
                    }
                }
                done
            }
            Expr::Scalar(..) | Expr::List(..) => true,
            Expr::Blank(_) | Expr::Before(_) => false,
        };
        self.levels -= 1;
        Ok(done)
    }

    fn merge(&mut self, lower: Node, upper: Node) -> Result<Node, Problem> {
        let span = upper.span;
        let merged = merged(lower, upper, &mut self.merged);
        if self.merged > MOST_MERGED {
            let message = format!("more than {MOST_MERGED} fields of objects are put together");
            return Err(limit(message, span, Some("write the fields of an object in one place")));
        }
        Ok(merged)
    }

    fn add_text(&mut self, bytes: usize, span: Span) -> Result<(), Problem> {
        self.added += bytes;
        if self.added > MOST_TEXT {
            let message = format!("substitutions add more than {MOST_TEXT} bytes of text");
            return Err(limit(message, span, Some("write the text out")));
        }
        Ok(())
    }

    fn too_much(&self, span: Span) -> Problem {
        let message = if self.levels > self.most_levels {
            format!("values refer to each other in a chain of more than {} steps", self.most_levels)
        } else {
            format!("substitutions make more than {} values (`limits.aliases`)", self.limits.alias_nodes)
        };
        limit(message, span, Some("write some of the values out"))
    }

    fn slice(&self, span: Span) -> &'m str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// Two objects as one: the fields of `upper` count where both have them.
fn merged(lower: Node, upper: Node, work: &mut usize) -> Node {
    let span = joined(lower.span, upper.span);
    let value = match (lower.value, upper.value) {
        (Value::Mapping(lower), Value::Mapping(upper)) => {
            *work += lower.len() + upper.len();
            let both: HashSet<String> = upper.iter().map(|entry| entry.key.clone()).collect();
            let mut below = HashMap::new();
            let mut mapping = MappingBuilder::with_capacity(lower.len());
            for mut entry in lower {
                if both.contains(&entry.key) {
                    // Only the place of the key is kept.
                    let value = std::mem::replace(&mut entry.value, Node { value: Value::Null, span });
                    below.insert(entry.key.clone(), value);
                }
                mapping.merge(entry);
            }
            for mut entry in upper {
                if let Some(below) = below.remove(&entry.key) {
                    entry.value = merged(below, entry.value, work);
                }
                mapping.merge(entry);
            }
            Value::Mapping(mapping.finish())
        }
        // Nothing of what is below can be seen.
        (_, value) => return Node { value, span: upper.span },
    };
    Node { value, span }
}

fn circular(span: Span, field: Option<Span>) -> Problem {
    let mut problem = syntax("the value needs itself", span, "break the circle: write one of the values out");
    problem.related = field.map(|span| (span, "it leads back to here".to_owned()));
    problem
}
