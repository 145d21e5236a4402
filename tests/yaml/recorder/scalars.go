package main

import (
	"strconv"
	"strings"
)

// texts are all inputs that the recorded answers are for.
func texts() []string {
	var all []string
	for _, part := range [][]string{
		numbers(), words(), times(), indicators(), tags(), quoted(), blockScalars(),
		flow(), anchors(), streams(), structures(), variants(), characters(),
	} {
		all = append(all, part...)
	}
	return all
}

// each joins every text of one list with every text of the others.
func each(lists ...[]string) []string {
	joined := []string{""}
	for _, list := range lists {
		var longer []string
		for _, head := range joined {
			for _, tail := range list {
				longer = append(longer, head+tail)
			}
		}
		joined = longer
	}
	return joined
}

// within puts every text where `%` stands in every frame.
func within(frames, texts []string) []string {
	var all []string
	for _, frame := range frames {
		for _, text := range texts {
			all = append(all, strings.ReplaceAll(frame, "%", text))
		}
	}
	return all
}

func numbers() []string {
	integers := each([]string{"", "+", "-"}, []string{"", "0", "0x", "0X", "0o", "0O", "0b", "0B"}, []string{
		"", "0", "1", "7", "8", "17", "101", "1F", "ff", "g", "1_000", "_1", "1_", "1__0", "-1", "+1",
		"9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
		"7FFFFFFFFFFFFFFF", "8000000000000000", "123456789012345678901234567890",
	})
	floats := each([]string{"", "+", "-"}, []string{
		".", "0.", ".0", ".5", "5.", "1.5", "0.1", "01.5", "1_0.5", "1._5", "._5", ".5_0", "5_.5", "1.5.5", "685_230.15", "08", "1",
	}, []string{"", "e3", "E3", "e+3", "e-03", "e", "e+", "e1.5", "e400", "e-400", "e_3", "e21"})
	special := each([]string{"", "+", "-", "--"}, []string{".inf", ".Inf", ".INF", ".iNf", ".nan", ".NaN", ".NAN", ".Nan", "inf", "NaN", "Infinity"})
	all := within([]string{"v: %\n"}, append(integers, floats...))
	all = append(all, within([]string{"v: %\n", "%: v\n", "[%]", "v: '%'\n"}, special)...)
	keys := []string{"0", "-0", "1", "01", "0x1F", "0b11", "1_0", "1.0", "1.5", "-1.5", "1e3", "1e5", "1e6", "1e-3", "1e-5", "1e21", "1e30", "1e39",
		"0.1", "3.14159265358979", "123456.5", "1234567.5", "16777217", "16777217.0", "100000.0", "1000000.0", "9223372036854775807",
		"-9223372036854775808", "9223372036854775808", "18446744073709551615", "18446744073709551616", ".5", "5.", "0.0001", "0.00001"}
	return append(all, within([]string{"%: v\n", "? %\n: v\n", "{%: v}", "'%': v\n", "!!str %: v\n"}, keys)...)
}

func words() []string {
	var all []string
	for _, word := range []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "none"} {
		upper := strings.ToUpper(word)
		title := upper[:1] + word[1:]
		mixed := word[:1] + upper[1:]
		all = append(all, within([]string{"v: %\n", "%: v\n", "- %\n", "v: [%]\n", "{%: %}", "v: \"%\"\n", "'%': v\n", "v: !!str %\n", "v: |-\n  %\n"},
			[]string{word, upper, title, mixed})...)
	}
	return append(all, within([]string{"v: %\n", "%: v\n", "[%]", "{%: 1}", "v: '%'\n", "v: %x\n", "v: % x\n"}, []string{"~", "=", "<", "<<", "^", "/", "\\", "$"})...)
}

func times() []string {
	return within([]string{"v: %\n", "%: v\n", "[%]", "{v: %}"}, []string{
		"1:30", "01:30", "1:30:45", "190:20:30", "-1:30", "1:60", "1:30.5", "20:30:20.25", "2001-12-14", "2001-1-1", "2001-13-45", "20011214",
		"2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "2001-12-15T02:59:43Z", "2001-12-15 2:59:43.1", "2001-12", "1.2.3", "1.2.3.4", "10.0.0.0/8",
		"5m", "10Gi", "100m", "1e3Mi", "0.5", "1,000", "50%", "v1", "1-2", "1 2", "::1", "fe80::1", "a:b", "http://x:80/y?z#w", "x@y", "a=b", "#no", "a#b", "a #b",
	})
}

// indicators puts every sign of ASCII in every place of a plain text.
func indicators() []string {
	var shapes []string
	for _, sign := range "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~" {
		s := string(sign)
		shapes = append(shapes, s, s+"a", s+" a", "a"+s, "a "+s, "a"+s+"b", "a"+s+" b", "a "+s+"b", s+s, s+s+s+" a")
	}
	shapes = append(shapes, "%", "%a", "a%b")
	return withinRaw([][2]string{{"v: ", "\n"}, {"- ", "\n"}, {"[", "]"}, {"{k: ", "}"}, {"", ": v\n"}, {"{", ": v}"}, {"v:\n  ", "\n  z\n"}}, shapes)
}

func withinRaw(frames [][2]string, texts []string) []string {
	var all []string
	for _, frame := range frames {
		for _, text := range texts {
			all = append(all, frame[0]+text+frame[1])
		}
	}
	return all
}

func tags() []string {
	values := []string{"", "x", "12", "0x1F", "'12'", "\"yes\"", "yes", "~", "null", "1.5", ".inf", "aGk=", "2001-12-14", "[a]", "{a: b}", "|\n  12\n", "&x 12"}
	var all []string
	for _, tag := range []string{"!", "!t", "!t:u.v/w", "!<tag:example.org,2000:t>", "!<tag:yaml.org,2002:int>", "!!str", "!!int", "!!float", "!!bool", "!!null",
		"!!binary", "!!timestamp", "!!seq", "!!map", "!!set", "!!omap", "!!merge", "!!unknown", "!e!t", "!%41"} {
		for _, value := range values {
			all = append(all, "v: "+tag+" "+value+"\n")
		}
		all = append(all, tag+" k: v\n", "- "+tag+"\n- x\n", "["+tag+" x, "+tag+"]", "["+tag+" , x]", "{"+tag+" k: "+tag+" v}", "--- "+tag+"\na: b\n", "--- "+tag+" x\n")
	}
	return append(all,
		"%TAG !e! tag:yaml.org,2002:\n---\nv: !e!int '12'\n", "%TAG ! tag:yaml.org,2002:\n---\nv: !int '12'\n", "%TAG !! tag:example.org,2000:\n---\nv: !!int '12'\n",
		"%TAG !e! tag:yaml.org,2002:\n---\nv: 1\n---\nw: !e!int '12'\n", "v: &a !!str 1\n", "v: !!str &a 1\n", "v: !!str !!int 1\n", "v: &a &b 1\n",
		"v: !Ref x\nw: !Sub '${x}'\nl: !Join [',', [a, !Ref b]]\nm: !If\n- c\n- !GetAtt a.b\n- !Ref 'AWS::NoValue'\n")
}

func quoted() []string {
	var all []string
	for sign := rune(' '); sign <= '~'; sign++ {
		all = append(all, "v: \"a\\"+string(sign)+"b\"\n")
	}
	escapes := []string{"\\x41", "\\x4", "\\xe9", "\\xff", "\\u00e9", "\\u20ac", "\\ud83d\\ude00", "\\ud800", "\\U0001F600", "\\U00110000", "\\UFFFFFFFF", "\\u12", "\\x00", "\\0",
		"\\\n", "\\\n  b", "\\\t", "\\  b", "\\N\\L\\P\\_"}
	all = append(all, withinRaw([][2]string{{"v: \"", "\"\n"}, {"v: \"a ", " c\"\n"}, {"v: '", "'\n"}, {"\"", "\": v\n"}, {"[\"", "\"]"}}, escapes)...)
	folds := []string{"a\nb", "a\n b", "a\n\n b", "a\n\n\n  b", "a \n b", "a\t\n\tb", " a\n b ", "\n a", "a\n ", "\n\n", "a\\n\n b", "a\n\\ b", "a\n# b", "a: b", "a # b", "- a", "''", "it''s", "\"\"", "---", "a\n--- b", "a\n... b", "a\n---", "é\nü", "a\r\n b"}
	return append(all, withinRaw([][2]string{{"v: \"", "\"\n"}, {"v: '", "'\n"}, {"v: ", "\n"}, {"\"", "\"\n"}, {"'", "'\n"}, {"- \"", "\"\n- x\n"}, {"[\"", "\", x]"}, {"'", "': v\n"}}, folds)...)
}

func blockScalars() []string {
	bodies := []string{"", "  a\n", "  a", "  a\n\n\n", "  a\n  b\n", "  a\n\n  b\n", "  a\n    b\n  c\n", "    a\n  b\n", "\n\n  a\n", "  \n  a\n", "      \n  a\n", "  a \n  b\t\n",
		"\ta\n", "  \ta\n", "  # a\n", "  - a\n  b: c\n", "  a\n# c\n", "a\n", " a\n b\n", "  é\n  😀\n"}
	var all []string
	for _, header := range each([]string{"|", ">"}, []string{"", "-", "+"}, []string{"", "1", "2"}) {
		for _, body := range bodies {
			all = append(all, "v: "+header+"\n"+body)
		}
	}
	for _, header := range []string{"|0", "|10", "|1-", "|-1", "|+-", "|--", "|a", "| # c", "|# c", "|-# c", "| ", "|\t", ">3", "|9", "!t |", "&a |", "!!str &a |-", "|\r"} {
		for _, body := range []string{"  a\n  b\n", "   a\n", ""} {
			all = append(all, "v: "+header+"\n"+body+"w: x\n", "- "+header+"\n"+body)
		}
	}
	for _, style := range []string{"|", ">", "|-", ">+", "|2"} {
		all = append(all, "--- "+style+"\na\n", "--- "+style+"\n a\n b\n...\n", style+"\n a\n", "- - "+style+"\n    a\n  - b\n", "a:\n- "+style+"\n  x\n- y\n", "a:\n  b: "+style+"\n    x\n  c: y\n",
			"? "+style+"\n  k\n: v\n", "v: "+style+"\n  a\n\n  # no comment\n\n# comment\nw: x\n", "v: "+style+"\n  a\n---\nw: x\n", "v: "+style+"\n  a\n...\n", "["+style+"\n a]")
	}
	for at := 1; at <= 9; at++ {
		digits := strconv.Itoa(at)
		all = append(all, "a:\n  v: |"+digits+"\n"+strings.Repeat(" ", at+2)+"x\n"+strings.Repeat(" ", at+4)+"y\n")
	}
	return all
}
