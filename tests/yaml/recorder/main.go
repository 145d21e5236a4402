// The recorder asks the library that Kubernetes tools read YAML with what a text says.
//
//	go run . generate > inputs.jsonl             writes the texts that the project's tests are made of
//	go run . record < inputs.jsonl > ../recorded.jsonl   writes what the library makes of each
//
// A text is a line {"in": TEXT}. Its answer is a line {"in": TEXT, "docs": [VALUE…], "err": ERROR}: the documents
// up to the error, if there is one. A line may also have a "name", which is kept.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strconv"

	stream "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"
)

// Text is one input.
type Text struct {
	Name string `json:"name,omitempty"`
	In   string `json:"in"`
}

// Answer is what the library makes of a text.
type Answer struct {
	Text
	Docs []json.RawMessage `json:"docs"`
	Err  string            `json:"err,omitempty"`
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	switch {
	case len(os.Args) == 2 && os.Args[1] == "generate":
		seen := map[string]bool{}
		for _, in := range texts() {
			if !seen[in] {
				check(lines.Encode(Text{In: in}))
			}
			seen[in] = true
		}
	case len(os.Args) == 2 && os.Args[1] == "record":
		in := json.NewDecoder(os.Stdin)
		for {
			var text Text
			if err := in.Decode(&text); errors.Is(err, io.EOF) {
				return
			} else {
				check(err)
			}
			check(lines.Encode(ask(text)))
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: recorder generate|record")
		os.Exit(2)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ask reads every document of a text. The library itself reads only the first, so the others go through a copy of
// its conversion, which has to agree with it on the first.
func ask(text Text) Answer {
	answer := Answer{Text: text, Docs: []json.RawMessage{}}
	decoder := stream.NewDecoder(bytes.NewReader([]byte(text.In)))
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			value, err = convert(value)
		}
		var written []byte
		if err == nil {
			written, err = marshal(value)
		}
		if err != nil {
			answer.Err = err.Error()
			break
		}
		answer.Docs = append(answer.Docs, written)
	}
	first, err := yaml.YAMLToJSON([]byte(text.In))
	if len(answer.Docs) > 0 {
		if !same(first, answer.Docs[0]) && err == nil {
			check(fmt.Errorf("%q: the library says %s, its copy %s", text.In, first, answer.Docs[0]))
		}
	} else if err == nil && answer.Err != "" {
		check(fmt.Errorf("%q: the library says %s, its copy %s", text.In, first, answer.Err))
	}
	return answer
}

func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(out.Bytes()), err
}

func same(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// convert makes JSON's mappings out of YAML's, as sigs.k8s.io/yaml does where no Go type is the target.
func convert(value any) (any, error) {
	switch value := value.(type) {
	case map[any]any:
		object := make(map[string]any, len(value))
		for key, held := range value {
			name, err := keyName(key)
			if err != nil {
				return nil, err
			}
			if object[name], err = convert(held); err != nil {
				return nil, err
			}
		}
		return object, nil
	case []any:
		list := make([]any, len(value))
		for at, held := range value {
			var err error
			if list[at], err = convert(held); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return value, nil
}

func keyName(key any) (string, error) {
	switch key := key.(type) {
	case string:
		return key, nil
	case int:
		return strconv.Itoa(key), nil
	case int64:
		return strconv.FormatInt(key, 10), nil
	case bool:
		return strconv.FormatBool(key), nil
	case float64:
		switch name := strconv.FormatFloat(key, 'g', -1, 32); name {
		case "+Inf":
			return ".inf", nil
		case "-Inf":
			return "-.inf", nil
		case "NaN":
			return ".nan", nil
		default:
			return name, nil
		}
	}
	return "", fmt.Errorf("unsupported map key of type %T", key)
}
