package main

import "strings"

func flow() []string {
	items := []string{"a", "a: b", "\"a\": b", "\"a\":b", "'a' : b", "a:b", "a :b", "a:", "a: ", "\"a\":", ": b", ":", ": ", "? a : b", "? a", "?a", "? ", "- a", "-", "-a", "[a]: b", "{a: b}: c",
		"[a, b]", "{a, b}", "&x a", "&x a: b", "!t a", "!!str a: b", "a b", "a\n b", "a #c\n", "#c\n a", "\"a\"#c\n", "a: 'b'", "a: [b]", "a: {b: c}", "a: b: c", "*x", "%a", "@a", "`a", "|a", ">a", "a[", "http://b", "::", "a::b"}
	frames := []string{"[%]", "{%}", "[x, %]", "{x: 1, %}", "[%,]", "{%, y: 1}", "v: [%]\n", "- {%}\n"}
	all := within(frames, items)
	return append(all, "[]", "{}", "[ ]", "{ }", "[,]", "{,}", "[,a]", "[a,,b]", "{a: 1,,b: 2}", "[a b]", "[a\nb]", "[a\n,b\n]", "[[[[]]]]", "[[],[],{}]", "[a]b", "{a: b}c", "[a", "{a: b", "a]", "a: ]", "[a}", "[a]]",
		"v: [\na,\nb\n]\n", "v: [\n  a,\n  b\n  ]\nw: x\n", "v: {\n  a: b\n}\nw: x\n", "v: {\na: b\n}\n", "v: [\n\ta,\n\tb\n]\n", "v:\n  [\n\ta\n  ]\n", "v: {\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n",
		"{\"a\":1,\"b\":[true,null,1.5e3]}", "{\"a\":\n1}", "{a\n: b}", "[a\n: b]", "{a: b}: c\n", "[a]: b\n", "? [a]\n: b\n", "? {a: b}\n: c\n", "{? a\n: b}", "[? a\n: b]", "v: {{ x }}\n", "v: {{x}}\n", "v: [{{ x }}]\n",
		"---\n[a,\nb]\n---\n{a: b}\n", "[a] # c\n", "[a]# c\n", "v: [a, # c\n  b] # d\n", "[\"a\",'b',c]", "['a''b', \"a\\\"b\"]", "{a: [b, {c: d}], e: {f: [g]}}", "[a: b, c: d]", "[a: b, {c: d}, e]", "[? , x]", "{? , x}", "[a, b: , c]",
		"{a: ,b: }", "{a:1}", "{a:,b:}", "{\"a\":1,\"b\":}", "[a:, b]", "[:a, b]", "[?a, b]", "{:a, b}", "{?a: b}", "[--- a]", "[\n---\n]", "[a, ...]", "[a\n...\n]")
}

func anchors() []string {
	return []string{
		"a: &x k\nb: {*x: v}\n", "a: &x k\nb:\n- *x: v\n- *x:\n  w: *x\n", "a: &x k\n*x:\n  b: c\n", "a: &x-1_b k\n*x-1_b: v\nc: &x-1_b l\n*x-1_b: w\n", "a: &x k\n*y: v\n", "a: &x k\n? *x:\n", "a: &x k\n*x:v\n", "a: &x k\n*x:: v\n",
		"c: [apply, -f, -]\nd: [-, \"it\\'s\", -]\n", "v: \"\\'a\\'\\\\'\\n\\'\"\nw: [-]\nx: &a b\n*a: \"c\\'\n  d\"\n",
		"a: &x 1\nb: *x\n", "a: &x\nb: *x\n", "a: &x [1, 2]\nb: *x\nc: [*x, *x]\n", "a: &x {k: v}\nb: *x\n", "&x a: b\nc: *x\n", "a: &x k\n*x : v\n", "a: &x k\n*x: v\n", "a: &x k\n? *x\n: v\n", "{a: &x k, *x : v}", "[&x a, *x]", "[&x a, *x: b]",
		"a: &x 1\nb: &x 2\nc: *x\n", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "a: *x\n", "a: *x\nb: &x 1\n", "a: &x [*x]\n", "a: &x\n  b: *x\n", "&x [a, &y {b: *y}]", "a: &x 1\n---\nb: *x\n", "--- &x\na: 1\n", "&x\na: 1\n", "&x [1]", "&x |\n a\n",
		"a: & x\n", "a: &\n", "a: *\n", "a: &x*y b\n", "a: &x:y b\n", "a: &x.y b\n", "a: &x-y_z1 b\nc: *x-y_z1\n", "a: &é b\nc: *é\n", "a: &x, b\n", "[&x, *x]", "[&x ,*x ]", "a: &x b c: d\n", "&a &b c\n", "a: &x *y\n", "a: &x\n- 1\nb: *x\n", "- &x a\n- *x\n- *x \n",
		"a: &x {k: 1}\nb:\n  <<: *x\n", "a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\n", "a: &x {k: 1}\nb:\n  k: 2\n  <<: *x\n", "a: &x {k: 1}\nb: {<<: *x, l: 2}\n", "a: &x {k: 1}\nb: &y {<<: *x, l: 2}\nc: {<<: *y, m: 3}\n",
		"a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc:\n  <<: [*x, *y]\n", "a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc:\n  <<: [*y, *x]\n  m: 4\n", "a: &x {k: 1}\nb: &y {l: 2}\nc:\n  <<: *x\n  <<: *y\n", "a: &x {k: {l: 1}}\nb:\n  <<: *x\n  k: {m: 2}\n",
		"a:\n  <<: {k: 1}\n", "a:\n  <<: [{k: 1}, {k: 2, l: 3}]\n", "a:\n  <<: 1\n", "a:\n  <<: !include b.yaml\n", "a:\n  <<: [1]\n", "a:\n  <<: []\n", "a:\n  <<:\n", "a:\n  <<: null\n", "a:\n  '<<': {k: 1}\n", "a:\n  \"<<\": 1\n", "a:\n  !!merge <<: {k: 1}\n", "a:\n  !!str <<: {k: 1}\n",
		"a: &x [{k: 1}]\nb:\n  <<: *x\n", "a: &x 1\nb:\n  <<: *x\n", "a: &x {k: 1}\nb:\n  ? <<\n  : *x\n", "<<: {a: 1}\nb: 2\n", "b: 2\n<<: {b: 1}\n", "{<<: {a: 1}, <<: {a: 2}}", "[<<]", "<<\n", "- <<: &x {a: 1}\n- *x\n", "x: &x {a: 1}\ny: &y\n  <<: *x\n  b: 2\nz:\n- <<: *y\n  a: 3\n- <<: *y\n  c: 4\n",
		"a: &x {<<: {k: 1, l: 2}, k: 3}\nb: {<<: *x}\n", "a: &x {y: 1, 1: 2}\nb: {<<: *x}\n", "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "on: a\ntrue: b\n", "a: &x {b: 1}\na: *x\n", "~: a\n", "null: a\n", "'': a\n", ": a\n", "? \n: a\n", "? a\n", "? a\n? b\n", "!!null a: b\n", "{~: a}", "{: a}",
	}
}

func streams() []string {
	return []string{
		"", "\n", " ", "\n\n  \n", "# c\n", "  # c", "---", "---\n", "--- ", "--- # c\n", "...", "...\n", "---\n...\n", "---\n---\n", "---\n---\na\n", "a\n---\n", "a\n---\nb\n", "a\n---\n---\nb\n", "a\n...\n", "a\n...\nb\n", "a\n...\n---\nb\n", "a\n...\n...\nb\n", "--- a\n--- b\n", "---a\n", "--- a\n...\n# c\n--- b\n",
		"a: 1\n---\nb: 2\n", "a: 1\n--- # c\nb: 2\n", "---\na: 1\n---\n# c\n---\nb: 2\n", "--- {a: 1}\n--- [b]\n--- 'c'\n--- |\n d\n--- >\n e\n", "---\ta\n", "--- a: 1\n", "--- - a\n", "--- ? a\n", "... a\n", "...a\n", "a ---\n", "a: ---\n", "- ---\n", " ---\na: b\n", "a:\n  ---\n", "----\n", "....\n", "a\n--- \n", "--- \ta\n",
		"%YAML 1.1\n---\na: yes\n", "%YAML 1.2\n---\na: yes\n", "%YAML 1.3\n---\na\n", "%YAML 2.0\n---\na\n", "%YAML\n---\na\n", "%YAML 1\n---\na\n", "%YAML 1.1\n%YAML 1.1\n---\na\n", "%YAML 1.1 # c\n---\na\n", "%FOO bar\n---\na\n", "%YAML 1.1\na\n", "%YAML 1.1\n", "a\n%YAML 1.1\n---\nb\n", "a\n...\n%YAML 1.1\n---\nb\n", "---\n%a\n", "%\n---\na\n", "a\n%b\n",
		"a: 1\n\n---\n\nb: 2\n\n\n", "\n\n---\na: 1\n", "# c\n---\n# d\na: 1\n# e\n---\n# f\n", "---\n\n---\n\n---\n", "null\n", "---\nnull\n---\n~\n", "--- !!null\n", "--- ''\n", "--- &a\n", "--- &a\n---\nb\n", "a: b\n...\nc: d\n...\n", "a: |\n  x\n---\nb\n", "a: \"x\n---\nb\"\n", "a:\n---\nb:\n", "- a\n---\n- b\n", "[a]\n---\n{b: c}\n", "a: [b\n---\nc]\n",
	}
}

// structures are mappings and lists in blocks, good ones and bad ones.
func structures() []string {
	all := []string{
		"a: b: c\n", "a: b\n  c: d\n", "a:\n  b: 1\n c: 2\n", "a:\n b: 1\n  c: 2\n", "a:\n- b\nc: d\n", "a:\n  - b\n  c: d\n", "a:\n  - b\n - c\n", "a: - b\n", "a:\n-b\n", "- a\nb: c\n", "a: 1\n- b\n", "a\nb: c\n", "a: b\nc\n", "a:b\nc: d\n", "a:1\n", "- - - a\n", "- - a\n  - b\n- c\n", "-\n- a\n-\n", "- \n a\n",
		"-\n  a: b\n", "- a: b\n  c: d\n", "- a: b\n c: d\n", "-   a: b\n    c: d\n", "- a:\n    b\n", "- a:\n  - b\n", "- a:\n  b: c\n", "-\ta\n", "- \ta: b\n", "-\t- a\n", "a:\tb\n", "a:\t b\n", "a: \tb\n", "a\t: b\n", "a:\n\tb\n", "a:\n \tb\n", "a:\n\t- b\n", "a:\n  b:\n\tc\n", "\ta: b\n", " a: b\n", " a: b\nc: d\n", "  - a\n  - b\n", "  - a\n- b\n",
		"a: b\n\t\nc: d\n", "a: b\t\nc: d\n", "a: b \n", "a: b\t# c\n", "a:\n\n\n  b\n", "a:\n  b\n  c\n\n  d\n", "a: b\n  c\n  d\ne: f\n", "a: b\n c # d\n", "a: b # c\n  d\n", "a: b\n# c\n  d\n", "a:\n# c\n  b\n", "a: # c\n  b: d\n", "a: # c\n# d\n  # e\n  b: d # f\n", "a:#c\n", "a: #c\n", "a: b#c\n", "#a: b\n", "- #a\n- b#c\n", "- a\n# b\n- c\n  # d\n",
		"? a\n: b\n", "? a\n:\n  b\n", "? a\n:\n- b\n", "?\n  a\n: b\n", "? - a\n  - b\n: c\n", "? a: b\n: c\n", "? |\n  a\n: b\n", "? 'a'\n: \"b\"\n", "? a\n  b\n: c\n", "? a # c\n: b # d\n", "?a: b\n", "a?: b\n", "? a\nb: c\n", ": a\n", "? a\n:b\n", ":a: b\n", "a: :b\n", "a: ?b\n", "a: -b\n", "a: b-\n", "-a: b\n", "- -a\n", "--a: b\n",
		"'a': b\n", "\"a\": b\n", "\"a\":b\n", "'a':b\n", "'a'b: c\n", "'a' 'b'\n", "a: 'b' 'c'\n", "a: 'b'c\n", "a: \"b\" # c\n", "v:\n|\n  a\nw: x\n", "v: ![a b\n", "a: \"b\"# c\n", "a: 'b\n", "a: \"b\n", "a: 'b\nc: d'\n", "\"a\nb\": c\n", "'a\n b': c\n", "a\n b: c\n", "\"a\\nb\": c\n", "a b c: d\n", "a 'b' c: d\n", "a\"b: c\n", "a: b\"c\"\n", "a: b'c\n", "[a]: b\n", "a: [b]c\n", "a: [b] c\n", "a: {b: c} d\n", "a: [b\nc: d\n",
		"a:\n  b:\n    c:\n      d: e\n  f: g\nh: i\n", "a:\n  b:\n  c:\n", "a:\nb:\nc:\n", "a: \nb: \n", "a:\n  - b:\n    - c:\n      - d\n", "a:\n- b:\n  - c\n  - d\n- e\n", "a:\n- - b\n  - c\n- - d\n", "- - a: b\n    c: d\n  - e\n", "-\n  -\n    - a\n", "- a\n-b\n", "a: *\n", "a: &\n", "a: !\n", "a: !!\n", "a: @b\n", "a: `b`\n", "a: %b\n", "%a: b\n", "a: |b\n", "a: >b\n", "a: ]\n", "a: }\n", "a: ,b\n", ",a: b\n", "]a: b\n",
		strings.Repeat("k", 1000) + ": v\n", strings.Repeat("k", 1023) + ": v\n", strings.Repeat("k", 1024) + ": v\n", strings.Repeat("k", 1025) + ": v\n", "\"" + strings.Repeat("k", 1022) + "\": v\n", "\"" + strings.Repeat("k", 1030) + "\": v\n", "? " + strings.Repeat("k", 1030) + "\n: v\n", "{" + strings.Repeat("k", 1030) + ": v}\n", "{\"" + strings.Repeat("k", 1030) + "\": v}\n",
		"v: " + strings.Repeat("word ", 400) + "\n", "v: \"" + strings.Repeat("word ", 400) + "\"\n", "v: >\n  " + strings.Repeat("word ", 400) + "\n",
	}
	heads := []string{"a:", "- a:", "-", "- -", "a: !t", "a: &x", "a: # c", "? a\n:", "a: {b: c}\nd:"}
	bodies := []string{"\n", " b\n", "\nb\n", "\n b\n", "\n  b\n", "\n    b\n", "\n- b\n", "\n - b\n", "\n  - b\n", "\n    - b\n", "\n  b: c\n", "\n   b: c\n   d: e\n", "\n  [b]\n", "\n[b]\n", "\n  'b'\n", "\n'b'\n", "\n  b\n  c\n", "\n  |\n  b\n", "\n\tb\n", "\n  # c\n  b\n", "\n# c\n", " - b\n", " b: c\n", "\n  ? b\n  : c\n"}
	return append(all, each(heads, bodies)...)
}

// variants are good files, each of them disturbed a little in many ways.
func variants() []string {
	var all []string
	for _, file := range files {
		lines := strings.SplitAfter(strings.TrimSuffix(file, "\n"), "\n")
		between := func(what string) string { return strings.Join(lines, what) + "\n" }
		all = append(all, file, strings.TrimSuffix(file, "\n"), file+"\n\n", file+"...\n", "---\n"+file, "\n\n# c\n"+file, "\ufeff"+file, "---\n"+file+"---\n"+file, "# c\n--- # c\n"+file+"# c\n")
		all = append(all, strings.ReplaceAll(file, "\n", "\r\n"), strings.ReplaceAll(file, "\n", "\r"), strings.ReplaceAll(file, "\n", " \n"), strings.ReplaceAll(file, "\n", "\t\n"), strings.ReplaceAll(file, ": ", ":\t"), strings.ReplaceAll(file, ": ", " :  "))
		all = append(all, between("\n"), between("# c\n"), between("        # c\n"), between("\t# c\n"), " "+strings.Join(lines, " ")+"\n", strings.ReplaceAll(file, "  ", "\t"), strings.ReplaceAll(file, "e", "é"))
	}
	return all
}

var files = []string{
	"a: b\nc: d\n", "- a\n- b\n", "a:\n  b: c\n  d: e\n", "a:\n- b\n- c\n", "a:\n  - b: c\n    d: e\n  - f\n", "a: [b, c]\nd: {e: f}\n", "a:\n  [b,\n   c]\n", "a: 'b c'\n\"d\": \"e f\"\n", "a: |\n  b\n  c\nd: e\n", "a: >-\n  b\n  c\n\n  d\ne: f\n", "a: &x b\nc: *x\n", "a: !t b\nc: !!str 1\n", "? a\n: b\n", "a: b\n  c\n  d\n", "a:\nb:\n- \n- c\n", "a: \"b\n  c\"\n", "- - a\n  - b\n- - c\n", "{\n  \"a\": [1, 2],\n  \"b\": {\"c\": null}\n}\n",
	// A deployment.
	"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\n  labels: {app: shop, \"tier\": web}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: shop\n        image: registry.example.org/shop:1.10\n        args: [\"--port\", '8080', -v]\n        ports:\n        - {containerPort: 8080, name: http}\n        env:\n        - name: DEBUG\n          value: \"no\"\n        - name: EMPTY\n          value:\n        resources:\n          limits: {cpu: 500m, memory: 1Gi}\n",
	// A ConfigMap that carries files.
	"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: files\ndata:\n  run.sh: |\n    #!/bin/sh\n    set -e\n\n    echo \"a: b\" # said\n  app.ini: |-\n    [main]\n    key = value\n  nested.yaml: |\n    a:\n      - b\n    ---\n    c: d\n  long: >\n    one\n    two\n\n    three\n  mode: \"0644\"\nbinaryData:\n  logo: aGVsbG8=\n",
	// A pipeline.
	"name: build\non:\n  push:\n    branches: [main, 'release/**']\njobs:\n  test:\n    runs-on: ubuntu\n    strategy:\n      matrix:\n        version: [1.20, 1.21]\n    steps:\n    - uses: org/checkout@v4\n    - name: Test\n      run: |\n        make test\n        make lint\n      env:\n        TOKEN: ${{ secrets.TOKEN }}\n      if: github.ref == 'refs/heads/main'\n",
	// Values of a chart, with anchors.
	"defaults: &defaults\n  image: web\n  tag: 1.0\n  resources: &small\n    cpu: 100m\nstaging:\n  <<: *defaults\n  tag: 1.1\nproduction:\n  <<: [*defaults]\n  resources:\n    <<: *small\n    memory: 1e3\nhosts:\n- &first a.example.org\n- *first\n",
	// A schema.
	"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.org\nspec:\n  group: example.org\n  names: {kind: Thing, plural: things}\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          size:\n            description: |-\n              How large it is.\n\n              More than one line: really.\n            pattern: ^[a-z]+$\n            minimum: 0\n            default: 1.5\n            enum: [\"on\", \"off\", y]\n",
	// An encrypted file.
	"password: ENC[AES256_GCM,data:p3Vt,iv:Zm9v,tag:YmFy,type:str]\nsops:\n  age:\n  - recipient: age1xyz\n    enc: |\n      -----BEGIN AGE ENCRYPTED FILE-----\n      YWdlLWVuY3J5cHRpb24=\n      -----END AGE ENCRYPTED FILE-----\n  lastmodified: \"2026-01-02T03:04:05Z\"\n  version: 3.9.0\n  encrypted_regex: ^(data|stringData)$\n",
	// A template of a cloud.
	"Parameters:\n  Env: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Env, prod]\nResources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub '${Env}-bucket'\n      Tags:\n      - Key: Name\n        Value: !If [IsProd, !Ref Env, \"none\"]\nOutputs:\n  Arn:\n    Value: !GetAtt Bucket.Arn\n",
	// A playbook.
	"- hosts: all\n  become: yes\n  vars:\n    mode: 0644\n    when: \"{{ x | default('y') }}\"\n  tasks:\n  - name: copy\n    copy: src=a dest=b mode=0600\n  - name: start\n    service: {name: web, state: started}\n    notify:\n    - restart\n",
}

func characters() []string {
	all := []string{
		"a: 1\n---\n\ufeffb: 2\n", "\ufeff# c\na: 1\n", "# c\n\ufeff\n", "\ufeff", "\ufeff\n", "a: |\n  b\n  \ufeff\n", "\ufeff---\na: 1\n", "a\n...\n\ufeffb: 2\n", "# c\n\ufeffb: 2\n", "\n\ufeffb: 2\n", "\n  \ufeffb: 2\n", "\ufeff\ufeffb: 2\n", "---\n\ufeff- b\n", "--- \ufeffb\n",
		"\ufeff%YAML 1.1\n---\na: 1\n", "a: 1\n\ufeff---\nb: 2\n", "a: 1\n\ufeff# x\nb: 2\n", "a: 1\n# \ufeff\nb: 2\n", "# \ufeff\nb: 2\n", "[a,\n\ufeffb]", "a: |\n  \ufeffx\n", "a: x \ufeffy\n", "a:\n\ufeff- b\n", "a: b\n---\n# c\n\ufeff\n--- d\n",
	}
	for _, frame := range [][2]string{{"v: a", "b\n"}, {"v: ", "\n"}, {"v: '", "'\n"}, {"v: \"", "\"\n"}, {"v: |\n  a", "b\n"}, {"", ": v\n"}, {"# ", "\na: b\n"}, {"- a\n", "- b\n"}, {"a: 1\n", "b: 2\n"}} {
		for _, sign := range []string{"\x00", "\x01", "\x07", "\b", "\x0b", "\x0c", "\x1b", "\x7f", "\u0080", "\u0085", "\u009f", "\u00a0", "\u00ad", "\u200b", "\u2028", "\u2029", "\u3000", "\ufeff", "\ufffd", "\uffff", "\U0001f600", "\U0010ffff", "é", "日本", "\t", "\r"} {
			all = append(all, frame[0]+sign+frame[1])
		}
	}
	return all
}
