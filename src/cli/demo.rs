//! `pushgate demo`: the main job in one command, with the real Git.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use include_dir::{Dir, DirEntry, include_dir};

use super::outcome::{Outcome, say, tell};
use crate::{gate::policies::is_rego, policy::PolicySource};

/// A repository for `GitOps` as a team would have it.
static SAMPLE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/examples/gitops");
/// The policies that pushgate brings along.
static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");

/// The server's configuration: it says no more than where the rest is.
const SERVER_CONFIG: &str = "\
# The server's own configuration. Rules and policies come from the protected
# branch as it is before each push: a push cannot change how it is judged.
version: 1
policy:
  source: {ref: refs/heads/main, path: .pushgate}
";

#[derive(Debug, clap::Args)]
pub(super) struct DemoArgs {
    /// Make the repositories here, and leave them for playing with
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// The policies that pushgate brings along, without their tests.
pub(super) fn starter_policies() -> Vec<PolicySource> {
    let mut files = Vec::new();
    collect(&POLICIES, &mut files);
    files
        .into_iter()
        .filter(|(name, _)| is_rego(name) && !name.ends_with("_test.rego"))
        .map(|(name, bytes)| PolicySource {
            name: format!("policies/{name}"),
            text: String::from_utf8_lossy(bytes).into_owned(),
        })
        .collect()
}

fn collect(folder: &Dir<'static>, files: &mut Vec<(String, &'static [u8])>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(below) => collect(below, files),
            DirEntry::File(file) => files.push((file.path().display().to_string(), file.contents())),
        }
    }
    files.sort_unstable();
}

/// What goes wrong with a demo, which is never a verdict.
type Failure = String;

pub(super) fn run(args: &DemoArgs) -> Outcome {
    match play(args) {
        Ok(outcome) => outcome,
        Err(failure) => {
            tell(&format!("error: the demo cannot go on: {failure}\n"));
            Outcome::NoVerdict
        }
    }
}

fn play(args: &DemoArgs) -> Result<Outcome, Failure> {
    let temporary;
    let folder = if let Some(folder) = &args.keep {
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(format!("{} is not empty", folder.display()));
        }
        fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
        fs::canonicalize(folder).map_err(|error| told(folder, &error))?
    } else {
        temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
        temporary.path().to_owned()
    };
    let stage = Stage { server: folder.join("server.git"), work: folder.join("work") };
    stage.build()?;
    let mut wrong = 0;
    for scene in scenes() {
        wrong += usize::from(!stage.play(&scene)?);
    }
    if args.keep.is_some() {
        say(&format!(
            "Left for playing with: {}\n  cd {}; edit, commit, git push; pushgate check --base origin/main\n",
            folder.display(),
            stage.work.display()
        ));
    }
    if wrong == 0 {
        say("All pushes ended as they should.\n");
        Ok(Outcome::Accepted)
    } else {
        tell(&format!("error: {wrong} pushes ended otherwise than they should\n"));
        Ok(Outcome::Refused)
    }
}

fn told(path: &Path, error: &io::Error) -> Failure {
    format!("{}: {error}", path.display())
}

/// One push, and how it should end.
struct Scene {
    title: &'static str,
    act: Act,
    accepted: bool,
}

/// What is done before pushing.
enum Act {
    /// Text replaced in a file, once.
    Edit { path: &'static str, from: &'static str, to: &'static str },
    /// A file moved, with text replaced in it.
    Move { path: &'static str, target: &'static str, from: &'static str, to: &'static str },
    /// A new file.
    Add { path: &'static str, text: &'static str },
    /// A published tag pointed to another commit.
    MoveTag,
    /// A tag published.
    Tag,
}

fn scenes() -> Vec<Scene> {
    vec![
        Scene {
            title: "A good change: a new version of cart",
            act: Act::Edit { path: "apps/cart/base/deployment.yaml", from: "shop/cart:2.14.0", to: "shop/cart:2.14.1" },
            accepted: true,
        },
        Scene { title: "A release, published as a tag", act: Act::Tag, accepted: true },
        Scene {
            title: "A policy finding: an image that says \"latest\"",
            act: Act::Edit { path: "apps/cart/base/deployment.yaml", from: "shop/cart:2.14.1", to: "shop/cart:latest" },
            accepted: false,
        },
        Scene {
            title: "An immutable field: the selector of a Deployment",
            act: Act::Edit {
                path: "apps/cart/base/deployment.yaml",
                from: "  selector:\n    matchLabels:\n      app.kubernetes.io/name: cart\n",
                to: "  selector:\n    matchLabels:\n      app.kubernetes.io/name: cart-v2\n",
            },
            accepted: false,
        },
        Scene {
            title: "The same in another file: moving a resource does not make it new",
            act: Act::Move {
                path: "apps/search/base/frontend.yaml",
                target: "apps/search/base/query-frontend.yaml",
                from: "  selector:\n    matchLabels:\n      app.kubernetes.io/name: search-frontend\n",
                to: "  selector:\n    matchLabels:\n      app.kubernetes.io/name: query-frontend\n",
            },
            accepted: false,
        },
        Scene { title: "A published tag, moved to another commit", act: Act::MoveTag, accepted: false },
        Scene {
            title: "A broken file: a tab where YAML wants spaces",
            act: Act::Edit {
                path: "apps/catalogue/base/service.yaml",
                from: "    - name: http\n      port: 80\n",
                to: "    - name: http\n\t  port: 80\n",
            },
            accepted: false,
        },
        Scene {
            title: "A misspelt field, which the API server would drop without a word",
            act: Act::Edit {
                path: "apps/catalogue/base/deployment.yaml",
                from: "  revisionHistoryLimit: 3\n",
                to: "  revisionHistorylimit: 3\n",
            },
            accepted: false,
        },
        Scene {
            title: "A kustomization that lists a file which is not there",
            act: Act::Edit {
                path: "apps/catalogue/base/kustomization.yaml",
                from: "  - service.yaml\n",
                to: "  - services.yaml\n",
            },
            accepted: false,
        },
        Scene {
            title: "History rewritten: a release record edited afterwards",
            act: Act::Edit { path: "releases/2026-10-15.yaml", from: "checkout: 5.1.0", to: "checkout: 5.1.1" },
            accepted: false,
        },
        Scene {
            title: "A new release record beside the old ones",
            act: Act::Add {
                path: "releases/2026-11-19.yaml",
                text: "# Written by the release job; never edited.\nrelease: 2026-11-19\nservices:\n  cart: 2.14.1\n",
            },
            accepted: true,
        },
    ]
}

/// The two repositories.
struct Stage {
    server: PathBuf,
    work: PathBuf,
}

impl Stage {
    fn build(&self) -> Result<(), Failure> {
        for (name, bytes) in sample_files() {
            let path = self.work.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| told(folder, &error))?;
            }
            fs::write(&path, bytes).map_err(|error| told(&path, &error))?;
        }
        fs::create_dir_all(&self.server).map_err(|error| told(&self.server, &error))?;
        git_ok(&self.server, &["init", "--quiet", "--bare", "--initial-branch=main"])?;
        git_ok(&self.work, &["init", "--quiet", "--initial-branch=main"])?;
        git_ok(&self.work, &["remote", "add", "origin", "../server.git"])?;
        git_ok(&self.work, &["add", "--all"])?;
        git_ok(&self.work, &["commit", "--quiet", "--message=Import"])?;
        git_ok(&self.work, &["push", "--quiet", "--set-upstream", "origin", "main"])?;
        let files = git_ok(&self.work, &["ls-files"])?.lines().count();
        say(&format!("A bare repository with a GitOps tree of {files} files; now the hook:\n\n"));
        let config = self.server.join("pushgate.yaml");
        fs::write(&config, SERVER_CONFIG).map_err(|error| told(&config, &error))?;
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let hook = self.server.join("hooks/pre-receive");
        let text = format!("#!/bin/sh\nexec {} hook pre-receive\n", shell_quoted(&program.display().to_string()));
        fs::create_dir_all(self.server.join("hooks")).map_err(|error| told(&hook, &error))?;
        fs::write(&hook, &text).map_err(|error| told(&hook, &error))?;
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).map_err(|error| told(&hook, &error))?;
        say(&format!(
            "server.git/hooks/pre-receive\n{}\nserver.git/pushgate.yaml\n{}\n",
            indented(&text),
            indented(SERVER_CONFIG)
        ));
        Ok(())
    }

    /// Plays a scene and shows it; whether it ended as it should.
    fn play(&self, scene: &Scene) -> Result<bool, Failure> {
        say(&format!("── {} ──\n\n", scene.title));
        let refs: &[&str] = match &scene.act {
            Act::Edit { path, from, to } => {
                self.rewrite(path, path, from, to)?;
                self.commit(scene.title)?;
                &["origin", "main"]
            }
            Act::Move { path, target, from, to } => {
                self.rewrite(path, target, from, to)?;
                self.commit(scene.title)?;
                &["origin", "main"]
            }
            Act::Add { path, text } => {
                fs::write(self.work.join(path), text).map_err(|error| told(Path::new(path), &error))?;
                self.commit(scene.title)?;
                &["origin", "main"]
            }
            Act::Tag => {
                git_ok(&self.work, &["tag", "v1.0"])?;
                &["origin", "v1.0"]
            }
            Act::MoveTag => {
                git_ok(&self.work, &["tag", "--force", "v1.0", "HEAD~1"])?;
                &["--force", "origin", "v1.0"]
            }
        };
        let arguments = [&["push"], refs].concat();
        let pushed = git(&self.work, &arguments)?;
        say(&format!("$ git {}\n", arguments.join(" ")));
        say(&crate::report::human::trimmed(&String::from_utf8_lossy(&pushed.stderr)));
        let accepted = pushed.status.success();
        say(&format!("→ {}\n\n", if accepted { "accepted" } else { "refused" }));
        git_ok(&self.work, &["reset", "--quiet", "--hard", "origin/main"])?;
        Ok(accepted == scene.accepted)
    }

    fn rewrite(&self, path: &str, target: &str, from: &str, to: &str) -> Result<(), Failure> {
        let source = self.work.join(path);
        let text = fs::read_to_string(&source).map_err(|error| told(&source, &error))?;
        if !text.contains(from) {
            return Err(format!("{path} does not hold what the demo wants to change"));
        }
        if path != target {
            git_ok(&self.work, &["mv", path, target])?;
        }
        fs::write(self.work.join(target), text.replacen(from, to, 1)).map_err(|error| told(&source, &error))
    }

    fn commit(&self, message: &str) -> Result<(), Failure> {
        git_ok(&self.work, &["add", "--all"])?;
        git_ok(&self.work, &["commit", "--quiet", "--message", message]).map(|_| ())
    }
}

/// The sample with the policies in it.
fn sample_files() -> Vec<(String, &'static [u8])> {
    let (mut files, mut policies) = (Vec::new(), Vec::new());
    collect(&SAMPLE, &mut files);
    // In the project the folder is a link to the policies themselves; a repository of its own has
    // them in it.
    files.retain(|(name, _)| !name.starts_with(".pushgate/policies"));
    collect(&POLICIES, &mut policies);
    files.extend(policies.into_iter().map(|(name, bytes)| (format!(".pushgate/policies/{name}"), bytes)));
    files
}

/// Runs Git without anybody's settings, as a person of the demo's own.
fn git(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .envs([("GIT_AUTHOR_NAME", "Demo"), ("GIT_AUTHOR_EMAIL", "demo@example.org")])
        .envs([("GIT_COMMITTER_NAME", "Demo"), ("GIT_COMMITTER_EMAIL", "demo@example.org")])
        .output()
        .map_err(|error| format!("cannot run git: {error}"))
}

fn git_ok(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = git(folder, arguments)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
    }
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["    ", line, "\n"]).collect()
}
