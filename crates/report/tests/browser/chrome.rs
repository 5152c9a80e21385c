//! A headless Chromium, spoken to over a pipe in its own protocol: <https://chromedevtools.github.io/devtools-protocol/>.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A busy machine starts a browser slowly.
const PATIENCE: Duration = Duration::from_secs(60);

/// The browser of `CHROME`, or the first one in `PATH`.
pub fn find() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("CHROME") {
        return Some(path.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

pub struct Chrome {
    child: Child,
    input: ChildStdin,
    output: Receiver<Value>,
    session: Option<String>,
    calls: u64,
    /// What the page did since the last look.
    events: Vec<Value>,
    /// Its settings, removed at the end.
    _profile: tempfile::TempDir,
}

impl Chrome {
    /// Starts it with an empty page.
    pub fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        // It reads from file 3 and writes to file 4.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$@" 3<&0 4>&1 >/dev/null 2>&1"#, "sh"])
            .arg(program)
            // The sandbox is not to be had in containers; the pages are our own.
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--hide-scrollbars",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let mut pipe = BufReader::new(child.stdout.take().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while pipe.read_until(0, &mut message).is_ok_and(|n| n > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { return };
                if sender.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut chrome =
            Self { child, input, output, session: None, calls: 0, events: Vec::new(), _profile: profile };
        let target = chrome.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            chrome.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        chrome.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            chrome.call(&format!("{domain}.enable"), json!({}));
        }
        chrome
    }

    /// A command, and what it answers.
    pub fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let answer = self.output.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{method}: no answer"));
            if answer["id"] == json!(self.calls) {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    /// Opens a file and waits until it is there.
    pub fn open(&mut self, path: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", path.display()) }));
        self.until("document.readyState === 'complete' && location.protocol === 'file:'");
    }

    /// The value of an expression in the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let answer = self.call(
            "Runtime.evaluate",
            json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }),
        );
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until an expression holds.
    pub fn until(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(expression) != json!(true) {
            assert!(start.elapsed() < PATIENCE, "{expression} does not hold");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The middle of the first element of a selector, once it is in sight. Scrolling is told to the page with the next frame, and hides
    /// what the mouse has shown: two frames are waited for.
    pub fn place(&mut self, selector: &str) -> (f64, f64) {
        let quoted = json!(selector);
        self.value(&format!(
            "(() => {{ const b = document.querySelector({quoted}).getBoundingClientRect(); scrollBy(0, b.y + b.height / 2 - innerHeight / 2); \
             return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))); }})()"
        ));
        let place = self.value(&format!(
            "(() => {{ const b = document.querySelector({quoted}).getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()"
        ));
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    }

    /// Moves the mouse, without a button.
    pub fn hover(&mut self, (x, y): (f64, f64)) {
        self.mouse("mouseMoved", (x, y), 0);
    }

    /// Moves the mouse about a place until an expression holds: what a move has shown a late scroll may hide.
    pub fn hover_until(&mut self, (x, y): (f64, f64), expression: &str) {
        let start = Instant::now();
        for step in 0_u32.. {
            self.hover((x, y + f64::from(step % 2)));
            let looked = Instant::now();
            while looked.elapsed() < Duration::from_millis(300) {
                if self.value(expression) == json!(true) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            assert!(start.elapsed() < PATIENCE, "{expression} does not hold");
        }
    }

    /// A finger that comes and goes.
    pub fn tap(&mut self, (x, y): (f64, f64)) {
        self.call(
            "Input.dispatchTouchEvent",
            json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] }),
        );
        self.call("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }));
    }

    /// Clicks on the middle of an element.
    pub fn click(&mut self, selector: &str) {
        let place = self.place(selector);
        self.hover(place);
        self.mouse("mousePressed", place, 1);
        self.mouse("mouseReleased", place, 1);
    }

    pub fn mouse(&mut self, kind: &str, (x, y): (f64, f64), buttons: u8) {
        let button = if kind == "mouseMoved" && buttons == 0 { "none" } else { "left" };
        self.call(
            "Input.dispatchMouseEvent",
            json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 }),
        );
    }

    /// Turns the wheel towards the reader by some pixels.
    pub fn wheel(&mut self, (x, y): (f64, f64), by: f64) {
        self.call(
            "Input.dispatchMouseEvent",
            json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": by }),
        );
    }

    /// A picture of the whole page.
    pub fn screenshot(&mut self, path: &Path) {
        use base64::Engine;
        let answer = self.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true }));
        let text = answer["data"].as_str().unwrap();
        std::fs::write(path, base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap();
    }

    /// Errors, warnings and requests to elsewhere since the page was opened.
    pub fn complaints(&mut self) -> Vec<Value> {
        // An answer comes after the events before it.
        self.value("1");
        let elsewhere = |url: &Value| {
            !url.as_str().is_some_and(|url| url.starts_with("file:") || url.starts_with("data:"))
        };
        let wrong = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Runtime.consoleAPICalled") => event["params"]["type"] != "log",
            Some("Log.entryAdded") => event["params"]["entry"]["level"] != "info",
            Some("Network.requestWillBeSent") => elsewhere(&event["params"]["request"]["url"]),
            Some("Page.javascriptDialogOpening") => true,
            _ => false,
        };
        self.events.iter().filter(wrong).cloned().collect()
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // It closes its profile first; a browser that does not answer is ended.
        let _ = self.input.write_all(b"{\"id\": 0, \"method\": \"Browser.close\"}\0");
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
