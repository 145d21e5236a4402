//! The ways a push arrives: files, a forced command as SSH runs one, and HTTP.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
};

use crate::common::{REFS_ONLY, Scene, hermetic, run};

#[test]
fn through_a_forced_command() {
    let scene = Scene::new(REFS_ONLY);
    // What sshd does with `command="git-shell -c \"$SSH_ORIGINAL_COMMAND\""`, without the network:
    // Git runs GIT_SSH_COMMAND with host and command.
    let ssh = scene.folder().join("ssh");
    crate::common::write(&ssh, b"#!/bin/sh\nfor last; do :; done\nexec env -i PATH=\"$PATH\" SSH_ORIGINAL_COMMAND=\"$last\" sh -c 'git-shell -c \"$SSH_ORIGINAL_COMMAND\"'\n");
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(&ssh, std::fs::Permissions::from_mode(0o755)).expect("mode");
    let push = || {
        let mut command = Command::new("git");
        let url = format!("ssh://git@host{}", scene.server.display());
        command.current_dir(&scene.work).args(["push", &url, "HEAD:refs/heads/main"]);
        run(hermetic(&mut command).env("GIT_SSH_COMMAND", &ssh).env("GIT_SSH_VARIANT", "simple"), None)
    };
    scene.write("a.yaml", "a: 1\n").commit("good");
    push().ok();
    scene.write("a.yaml", "a: [\n").commit("bad");
    push().refused(&["remote:   × syntax", "a.yaml:"]);
}

#[test]
fn through_http_backend() {
    let scene = Scene::new(REFS_ONLY);
    scene.git_in(&scene.server, &["config", "http.receivepack", "true"]).ok();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/server.git", listener.local_addr().expect("an address"));
    let root = scene.folder().to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(stream), root) = (stream, root.clone()) else { break };
            thread::spawn(move || serve(stream, &root));
        }
    });
    scene.write("a.yaml", "a: 1\n").commit("good");
    scene.git(&["push", &url, "HEAD:refs/heads/main"]).ok();
    scene.write("a.yaml", "a: [\n").commit("bad");
    scene.git(&["push", &url, "HEAD:refs/heads/main"]).refused(&["remote:   × syntax", "a.yaml:"]);
    // A body that comes in chunks, as large pushes do.
    scene.write("a.yaml", "a: 1\n").write("big.txt", "x".repeat(3 << 20)).commit("large");
    scene.git(&["-c", "http.postBuffer=65536", "push", &url, "HEAD:refs/heads/main"]).ok();
}

/// As little of a web server as runs `git http-backend` (CGI, RFC 3875).
fn serve(stream: TcpStream, root: &std::path::Path) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (mut length, mut chunked, mut kind, mut encoding, mut continues) =
        (0, false, String::new(), String::new(), false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().expect("a length"),
            "transfer-encoding" => chunked = value == "chunked",
            "content-type" => kind = value.to_owned(),
            "content-encoding" => encoding = value.to_owned(),
            "expect" => continues = true,
            _ => {}
        }
    }
    let mut stream = stream;
    if continues {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").expect("written");
    }
    let mut body = Vec::new();
    if chunked {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).expect("a size");
            let size = u64::from_str_radix(size.trim(), 16).expect("a size");
            reader.by_ref().take(size).read_to_end(&mut body).expect("a chunk");
            reader.read_line(&mut String::new()).expect("an end");
            if size == 0 {
                break;
            }
        }
    } else {
        reader.take(length).read_to_end(&mut body).expect("a body");
    }
    let mut command = Command::new("git");
    hermetic(command.arg("http-backend"))
        .env("GIT_PROJECT_ROOT", root)
        .envs([
            ("GIT_HTTP_EXPORT_ALL", "1"),
            ("REMOTE_USER", "ada"),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("REMOTE_ADDR", "127.0.0.1"),
        ])
        .envs([("REQUEST_METHOD", &*method), ("PATH_INFO", path), ("QUERY_STRING", query), ("CONTENT_TYPE", &kind)])
        .env("CONTENT_LENGTH", body.len().to_string());
    if !encoding.is_empty() {
        command.env("HTTP_CONTENT_ENCODING", encoding);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git http-backend");
    let mut input = child.stdin.take().expect("a pipe");
    let feeder = thread::spawn(move || {
        let _ = input.write_all(&body);
    });
    let output = child.wait_with_output().expect("an answer").stdout;
    feeder.join().expect("fed");
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("headers");
    let headers = String::from_utf8_lossy(&output[..end]).into_owned();
    let status = headers.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        output.len() - end - 4
    );
    let _ = stream.write_all(&output[end + 4..]);
}
