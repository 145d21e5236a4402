//! A server with the hook, a clone to push from, and Git without anybody's settings.

use std::{
    fmt, fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// The executable under test.
pub const PUSHGATE: &str = env!("CARGO_BIN_EXE_pushgate");

/// A bare repository with the hook installed, and a work tree with `origin` set to it.
pub struct Scene {
    folder: tempfile::TempDir,
    pub server: PathBuf,
    pub work: PathBuf,
}

/// What a command printed and how it ended. Its `Display` is what snapshots hold.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}

impl Ran {
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{self}");
        self
    }

    /// The push or command ended with this status and says all of this.
    #[track_caller]
    pub fn says(self, status: i32, wanted: &[&str]) -> Self {
        assert_eq!(self.status, status, "{self}");
        // Long messages are wrapped.
        let unwrapped = |text: &str| text.replace("\nremote:   │ ", " ").replace("\n  │ ", " ");
        let (stdout, stderr) = (unwrapped(&self.stdout), unwrapped(&self.stderr));
        for text in wanted {
            assert!(stderr.contains(text) || stdout.contains(text), "{text:?} is missing in\n{self}");
        }
        self
    }

    /// A push that the hook refused, for all of these reasons.
    #[track_caller]
    pub fn refused(self, wanted: &[&str]) -> Self {
        assert_ne!(self.status, 0, "accepted:\n{self}");
        assert!(self.stderr.contains("pre-receive hook declined") || self.stderr.contains("hook declined"), "{self}");
        self.says(1, wanted)
    }

    /// The JSON on standard output.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

/// A minimal configuration: what a test needs, and one rule over refs so that it is never empty.
pub const REFS_ONLY: &str = "\
version: 1
immutability:
  refs:
    - match: [refs/heads/main, 'refs/heads/release/**']
      forbid: [delete, rewrite]
    - match: ['refs/tags/**']
      forbid: [delete, update]
";

impl Scene {
    /// A server whose hook judges by this configuration.
    pub fn new(config: &str) -> Self {
        Self::with_init(config, &[])
    }

    /// The same, with further arguments to `git init`.
    pub fn with_init(config: &str, init: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (server, work) = (folder.path().join("server.git"), folder.path().join("work"));
        let scene = Self { folder, server, work };
        fs::create_dir(&scene.server).expect("server");
        fs::create_dir(&scene.work).expect("work");
        scene.git_in(&scene.server, &[&["init", "--quiet", "--bare", "--initial-branch=main"], init].concat()).ok();
        scene.git_in(&scene.work, &[&["init", "--quiet", "--initial-branch=main"], init].concat()).ok();
        scene.git(&["remote", "add", "origin", "../server.git"]).ok();
        scene.configure(config);
        scene.install("pre-receive", "hook pre-receive");
        scene
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the server's configuration.
    pub fn configure(&self, config: &str) {
        fs::write(self.server.join("pushgate.yaml"), config).expect("configuration");
    }

    /// Writes a file beside the server's configuration.
    pub fn server_file(&self, path: &str, text: &str) {
        write(&self.server.join(path), text.as_bytes());
    }

    /// Installs a hook on the server; `"$@"` is added.
    pub fn install(&self, hook: &str, arguments: &str) {
        self.install_script(hook, &format!("exec '{PUSHGATE}' {arguments} \"$@\"\n"));
    }

    pub fn install_script(&self, hook: &str, script: &str) {
        let path = self.server.join("hooks").join(hook);
        write(&path, format!("#!/bin/sh\n{script}").as_bytes());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("mode");
    }

    /// Writes a file of the work tree.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        write(&self.work.join(path), text.as_ref());
        self
    }

    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.work.join(path)).expect("removed");
        self
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]).ok();
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]).ok();
        self.id("HEAD")
    }

    /// Commits everything and pushes it to `main`.
    pub fn push(&self, message: &str) -> Ran {
        self.commit(message);
        self.git(&["push", "origin", "HEAD:refs/heads/main"])
    }

    /// Makes the work tree what the server has.
    pub fn reset(&self) {
        self.git(&["fetch", "--quiet", "origin"]).ok();
        self.git(&["reset", "--quiet", "--hard", "origin/main"]).ok();
        self.git(&["clean", "-fdq"]).ok();
    }

    pub fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision]).ok().stdout.trim().to_owned()
    }

    /// What a ref of the server points to; empty if there is none.
    pub fn server_ref(&self, name: &str) -> String {
        self.git_in(&self.server, &["for-each-ref", "--format=%(objectname)", name]).stdout.trim().to_owned()
    }

    /// Refs and objects of the server, to see that nothing changed.
    pub fn server_state(&self) -> String {
        let refs = self.git_in(&self.server, &["for-each-ref"]).ok().stdout;
        let mut files = Vec::new();
        walk(&self.server.join("objects"), &mut files);
        files.sort();
        format!("{refs}{files:#?}")
    }

    pub fn git(&self, arguments: &[&str]) -> Ran {
        self.git_in(&self.work, arguments)
    }

    pub fn git_in(&self, folder: &Path, arguments: &[&str]) -> Ran {
        run(hermetic(Command::new("git").current_dir(folder).args(arguments)), None)
    }

    /// Git with input.
    pub fn git_with(&self, folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
        run(hermetic(Command::new("git").current_dir(folder).args(arguments)), Some(input))
    }

    /// Runs pushgate in the work tree.
    pub fn pushgate(&self, arguments: &[&str]) -> Ran {
        self.pushgate_in(&self.work, arguments, None)
    }

    pub fn pushgate_in(&self, folder: &Path, arguments: &[&str], input: Option<&[u8]>) -> Ran {
        run(hermetic(Command::new(PUSHGATE).current_dir(folder).args(arguments)), input)
    }

    /// Runs the hook by hand in the server's folder, without quarantine.
    pub fn hook(&self, input: &[u8]) -> Ran {
        let mut command = Command::new(PUSHGATE);
        command.current_dir(&self.server).args(["hook", "pre-receive"]);
        run(hermetic(&mut command).env("GIT_DIR", "."), Some(input))
    }
}

/// Runs pushgate somewhere.
pub fn pushgate(folder: &Path, arguments: &[&str]) -> Ran {
    run(hermetic(Command::new(PUSHGATE).current_dir(folder).args(arguments)), None)
}

/// Takes away everything that a test machine could add.
pub fn hermetic(command: &mut Command) -> &mut Command {
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0")])
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Ada"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
        .envs([("GIT_AUTHOR_DATE", "1700000000 +0000"), ("GIT_COMMITTER_DATE", "1700000000 +0000")])
}

pub fn run(command: &mut Command, input: Option<&[u8]>) -> Ran {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    if let (Some(bytes), Some(mut pipe)) = (input, child.stdin.take()) {
        // A program that does not read all of it is no mistake of the test.
        let _ = pipe.write_all(bytes);
    }
    ran(child.wait_with_output().expect("it ends"))
}

pub fn ran(output: Output) -> Ran {
    let text = |bytes: &[u8]| -> String {
        String::from_utf8_lossy(bytes).lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
    };
    Ran { status: output.status.code().unwrap_or(-1), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

pub fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, bytes).expect("written");
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// A Deployment that nothing is wrong with.
pub fn deployment(name: &str, image: &str) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
        - name: app
          image: {image}
"
    )
}
