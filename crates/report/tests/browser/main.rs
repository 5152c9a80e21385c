//! The pages in a real browser: nothing on the console, no request, and everything that can be clicked or pointed at does what it should.
//!
//! The browser is `$CHROME`, or Chromium or Chrome in `PATH`. Where there is none, only the text of the pages is checked. Pictures of the pages are
//! left in the build folder, below `tmp`.

mod chrome;
mod pages;

use chrome::Chrome;
use deepclust_report::html;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Writes a page, checks its text, and opens it where there is a browser.
fn open(name: &str, text: &str) -> Option<(Chrome, PathBuf)> {
    assert!(text.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    for elsewhere in ["http:", "https:", "@import", "url(\"", "<link rel=\"style"] {
        assert!(!text.contains(elsewhere), "{elsewhere}");
    }
    assert!(text.contains("default-src 'none'"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("{name}.html"));
    std::fs::write(&path, text).unwrap();
    let Some(program) = chrome::find() else {
        eprintln!("no Chromium or Chrome in PATH, and no CHROME: only the text of {name} was checked");
        return None;
    };
    let mut chrome = Chrome::start(&program);
    chrome.call(
        "Emulation.setDeviceMetricsOverride",
        json!({ "width": 1200, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
    );
    chrome.open(&path);
    assert_eq!(chrome.complaints(), Vec::<serde_json::Value>::new());
    Some((chrome, folder.to_owned()))
}

fn all_is_well(mut chrome: Chrome) {
    assert_eq!(chrome.complaints(), Vec::<serde_json::Value>::new());
    assert_eq!(chrome.value("window.pwned === undefined"), true);
}

const TIP: &str = "document.getElementById('tip').hidden ? '' : document.getElementById('tip').innerText";

/// Moves the mouse over the map until a row is found; answers where, and what is said of it.
fn find_row(chrome: &mut Chrome) -> ((f64, f64), String) {
    let (x, y) = chrome.place("#map");
    for step in 0..400_u32 {
        let place = (x - 150.0 + 15.0 * f64::from(step % 20), y - 150.0 + 15.0 * f64::from(step / 20));
        chrome.hover(place);
        let text = chrome.value(TIP);
        if text != "" {
            return (place, text.as_str().unwrap().to_owned());
        }
    }
    panic!("no row on the map");
}

#[test]
fn the_map_shows_rows_moves_and_fades_clusters() {
    let text = pages::report().to_html().unwrap();
    let Some((mut chrome, folder)) = open("report", &text) else { return };
    let (place, text) = find_row(&mut chrome);
    assert!(text.contains("row ") && text.contains("confidence 0."), "{text}");
    assert_eq!(chrome.value("document.querySelector('.ring').hidden"), false);
    let picture = chrome.value(
        "(() => { const p = document.querySelector('#tip .pic'); const s = getComputedStyle(p); return [p.offsetWidth, s.backgroundImage.slice(0, 19)]; })()",
    );
    assert_eq!(picture, json!([96, "url(\"data:image/png"]));
    chrome.screenshot(&folder.join("report-hover.png"));

    // What is drawn: one picture a state, and all differ.
    let drawn = "document.getElementById('map').toDataURL()";
    let mut states = vec![chrome.value(drawn)];
    let changed = |chrome: &mut Chrome, states: &mut Vec<serde_json::Value>, what: &str| {
        let last = states.last().unwrap().clone();
        chrome.until(&format!("{drawn} !== {last}"));
        let state = chrome.value(drawn);
        assert!(!states.contains(&state), "{what}");
        states.push(state);
    };
    chrome.click(".legend button");
    assert_eq!(chrome.value("document.querySelector('.legend button').getAttribute('aria-pressed')"), "true");
    changed(&mut chrome, &mut states, "a cluster is chosen");
    chrome.value("document.getElementById('map-by').value = 'confidence'; document.getElementById('map-by').dispatchEvent(new Event('change'))");
    changed(&mut chrome, &mut states, "coloured by confidence");
    // The wheel moves the page until the map was clicked.
    let here = chrome.place("#map");
    let scrolled = chrome.value("scrollY");
    chrome.wheel(here, -200.0);
    chrome.until(&format!("scrollY < {scrolled}"));
    assert_eq!(chrome.value(drawn), *states.last().unwrap());
    chrome.click("#map");
    let here = chrome.place("#map");
    chrome.wheel(here, -200.0);
    changed(&mut chrome, &mut states, "enlarged");
    chrome.mouse("mousePressed", place, 1);
    chrome.mouse("mouseMoved", (place.0 + 60.0, place.1 + 30.0), 1);
    chrome.mouse("mouseReleased", (place.0 + 60.0, place.1 + 30.0), 1);
    changed(&mut chrome, &mut states, "moved");
    chrome.click("[data-do=in]");
    changed(&mut chrome, &mut states, "enlarged by the button");
    all_is_well(chrome);
}

#[test]
fn tables_sort_and_charts_tell_their_numbers() {
    let text = pages::report().to_html().unwrap();
    let Some((mut chrome, _)) = open("report-tables", &text) else { return };
    let rows = "[...document.querySelectorAll('#clusters .sortable tbody tr')].map(r => r.cells[1].innerText).join()";
    assert_eq!(chrome.value(rows), "190,400,10");
    let head = "#clusters .sortable th:nth-child(2)";
    chrome.click(head);
    assert_eq!(chrome.value(rows), "400,190,10");
    chrome.click(head);
    assert_eq!(chrome.value(rows), "10,190,400");
    assert_eq!(chrome.value(&format!("document.querySelector('{head}').ariaSort")), "ascending");
    let place = chrome.place("#losses svg");
    chrome.hover_until(place, &format!("({TIP}) !== ''"));
    let tip = chrome.value(TIP);
    // 5 / 22 and 1 + 5 / 22.
    assert_eq!(tip, "epoch 22\nseed 0\t0.22727\nseed 1\t1.2273");
    chrome.hover_until((5.0, 5.0), &format!("({TIP}) === ''"));
    all_is_well(chrome);
}

#[test]
fn light_dark_phone_and_paper() {
    let text = pages::report().to_html().unwrap();
    let Some((mut chrome, folder)) = open("report-looks", &text) else { return };
    let ground = "getComputedStyle(document.body).getPropertyValue('background-color')";
    let (light, dark) = ("rgb(255, 255, 255)", "rgb(21, 24, 27)");
    let prefer = |chrome: &mut Chrome, value: &str| {
        chrome.call(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] }),
        );
    };
    prefer(&mut chrome, "light");
    assert_eq!(chrome.value(ground), light);
    chrome.screenshot(&folder.join("report-light.png"));
    prefer(&mut chrome, "dark");
    assert_eq!(chrome.value(ground), dark);
    chrome.screenshot(&folder.join("report-dark.png"));
    // The switch is stronger than the system.
    chrome.click("#theme");
    assert_eq!(chrome.value(ground), light);
    chrome.click("#theme");
    assert_eq!(chrome.value(ground), dark);

    chrome.call(
        "Emulation.setDeviceMetricsOverride",
        json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true }),
    );
    chrome.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": true }));
    chrome.until("innerWidth === 390");
    assert_eq!(chrome.value("document.documentElement.scrollWidth"), 390);
    // One tap: two in a row are a wish to see it larger.
    let (place, text) = find_row(&mut chrome);
    chrome.hover_until((5.0, 5.0), &format!("({TIP}) === ''"));
    chrome.tap(place);
    chrome.until(&format!("({TIP}) === {}", json!(text)));
    chrome.screenshot(&folder.join("report-phone.png"));
    let paper = chrome.call("Page.printToPDF", json!({}));
    assert!(paper["data"].as_str().unwrap().starts_with("JVBERi0"), "a PDF in base64");
    all_is_well(chrome);
}

#[test]
fn pages_of_papers_sort_and_hold_their_figures() {
    let folder = tempfile::tempdir().unwrap();
    let page = pages::page(folder.path());
    let text = html::of_pages("Results", "Words.", &[page], folder.path()).unwrap();
    let Some((mut chrome, folder)) = open("index", &text) else { return };
    let rows =
        "[...document.querySelectorAll('#paper .sortable tbody tr')].map(r => r.cells[0].innerText).join()";
    assert_eq!(chrome.value(rows), "b,a,c");
    chrome.click("#paper .sortable th");
    assert_eq!(chrome.value(rows), "a,b,c");
    // What has no number comes last, whichever the order.
    chrome.click("#paper .sortable th:nth-child(2)");
    assert_eq!(chrome.value(rows), "b,a,c");
    chrome.click("#paper .sortable th:nth-child(2)");
    assert_eq!(chrome.value(rows), "a,b,c");
    chrome.place("#paper img");
    chrome.until("document.querySelector('#paper img').naturalWidth > 0");
    chrome.screenshot(&folder.join("index.png"));
    all_is_well(chrome);
}
