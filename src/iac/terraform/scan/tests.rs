#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

fn found(template: &str) -> Vec<String> {
    references(template).iter().map(|reference| reference.names.join(".")).collect()
}

#[test]
fn traversals_are_found() {
    for (template, expected) in [
        ("plain var.x", vec![]),
        ("${var.x}", vec!["var.x"]),
        ("a${var.x}b${ local.y.z }", vec!["var.x", "local.y.z"]),
        ("$${var.x} %%{if a.b} ${a.b}", vec!["a.b"]),
        ("${var.x-1.y}", vec!["var.x-1.y"]),
        ("${f(a.b, \"c.d ${e.f} $${g.h} \\\" i.j\", k.l)}", vec!["a.b", "e.f", "k.l"]),
        ("${a.b[c.d].e.f[\"x\"].g}", vec!["a.b", "c.d"]),
        ("${a.b.*.id} ${a.c[*].d} ${a.d.0.e}", vec!["a.b", "a.c", "a.d"]),
        (
            "${{ a = b.c, d: e.f, \"g\" = h.i, (j.k) = l.m\n n = o.p == q.r ? s.t : u.v }}",
            vec!["b.c", "e.f", "h.i", "j.k", "l.m", "o.p", "q.r", "s.t", "u.v"],
        ),
        ("${[for k, v in a.b : \"${k}-${v.x}-${c.d}\" if v.y != e.f]} ${k.z}", vec!["a.b", "c.d", "e.f", "k.z"]),
        ("${{for x in a.b : x.k => x.v... if x.c}}", vec!["a.b"]),
        ("%{for x in a.b}${x.c}%{if x.d}${e.f}%{else}${g.h}%{endif}%{endfor}", vec!["a.b", "e.f", "g.h"]),
        ("%{~ for i, x in a.b ~}${i}${x}%{~ endfor ~}", vec!["a.b"]),
        ("${provider::aws::arn_parse(a.b).c} ${true ? null : false}", vec!["a.b"]),
        ("${a.b # c.d\n + e.f /* g.h */ // i.j\n + k.l}", vec!["a.b", "e.f", "k.l"]),
        ("${x.y)} and ${z.w}", vec!["x.y", "z.w"]),
        ("${f(<<-EOT\n  a.b ${c.d} \"\n  EOT\n, e.f)}", vec!["c.d", "e.f"]),
        ("${f(<<EOT\nEOT\n)}${e.f}", vec!["e.f"]),
        ("${1.5 + 2e3 * a.b} ${-a.c} ${!a.d}", vec!["a.b", "a.c", "a.d"]),
        ("${a.b...}${f(a.c...)}", vec!["a.b", "a.c"]),
        ("${(\n a\n .b\n)}", vec!["a.b"]),
        ("${é.b}", vec!["é.b"]),
        ("${string}", vec!["string"]),
        ("${\"%{for x in a.b}${x}%{endfor}\"} ${x.y}", vec!["a.b", "x.y"]),
        ("${{ for = a.b, c = d.e }}", vec!["a.b", "d.e"]),
        ("${f([for f in a.b : { x = f.y, z = f }])}", vec!["a.b"]),
    ] {
        assert_eq!(found(template), expected, "{template}");
    }
}

#[test]
fn what_is_damaged_or_huge_is_left_alone() {
    for template in ["${", "%{", "${\"", "${<<", "${<<A", "${a.", "${{", "${[for", "%{for", "${a::", "${/*", "${}}}}"] {
        found(template);
    }
    assert_eq!(found(&"${[".repeat(10_000)), Vec::<String>::new());
    let wide = "${a.b}".repeat(50_000);
    assert_eq!(references(&wide).len(), 50_000);
    assert!(found(&format!("{}{}", "%{for x in y.z}".repeat(50_000), "${a.b}".repeat(50_000))).is_empty());
}
