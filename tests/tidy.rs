//! The shape of the code: data moves down the stages only, and only one stage knows each outer thing.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test reads its own files")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The stages in the order of the crate's documentation.
fn stages() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let block = text.split("```text").nth(1).unwrap().split("```").next().unwrap();
    block
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let end = text.find("#[cfg(test)]\nmod tests").unwrap_or(text.len());
    text.get(..end).unwrap().lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn stage_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn every_module_is_a_stage_of_the_pipeline() {
    let stages = stages();
    let modules: Vec<String> =
        sources(&root().join("src")).iter().map(|path| stage_of(path)).filter(|stage| !matches!(stage.as_str(), "lib" | "main" | "bin")).collect();
    assert!(modules.len() > 30);
    for module in modules {
        assert!(stages.contains(&module), "{module} is missing from the pipeline in src/lib.rs");
    }
}

#[test]
fn no_stage_uses_one_further_down() {
    let order: BTreeMap<String, usize> = stages().into_iter().enumerate().map(|(place, stage)| (stage, place)).collect();
    let mut uphill = Vec::new();
    for path in sources(&root().join("src")) {
        let Some(here) = order.get(&stage_of(&path)) else { continue };
        let text = code(&path);
        for part in text.split("crate::").skip(1) {
            let names: Vec<&str> = match part.strip_prefix('{') {
                Some(list) => list.split('}').next().unwrap().split(',').map(|name| name.trim().split("::").next().unwrap()).collect(),
                None => vec![part.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()],
            };
            for name in names {
                if order.get(name).is_some_and(|there| there > here) {
                    uphill.push(format!("{}: crate::{name}", path.display()));
                }
            }
        }
    }
    assert!(uphill.is_empty(), "{uphill:#?}");
}

#[test]
fn only_one_stage_knows_each_outer_thing() {
    let owners = [
        ("pest", "syntax"),
        ("rhai", "extension"),
        ("csv::", "facts"),
        ("quick_xml", "facts"),
        ("zip", "facts"),
        ("comfy_table", "report"),
        ("clap", "cli"),
        ("annotate_snippets", "diag"),
        ("encoding_rs", "source"),
        ("rust_xlsxwriter", "report"),
        ("ed25519_dalek", "audit"),
        ("getrandom", "cli"),
    ];
    for path in sources(&root().join("src")) {
        let stage = stage_of(&path);
        for (name, owner) in owners {
            // programs beside the main one have a command line of their own
            let allowed = stage == owner || matches!((stage.as_str(), name), ("cli", "comfy_table") | ("bin", "clap"));
            let used = code(&path).contains(&format!("use {name}")) || code(&path).contains(&format!("{name}::")) && name != "csv::" && name != "pest";
            assert!(allowed || !used, "{} uses {name}", path.display());
        }
    }
}

#[test]
fn the_engine_knows_no_city_and_no_field() {
    for path in sources(&root().join("src")) {
        // sample rules for tests may be about anything
        if path.ends_with("facts/samples.rs") {
            continue;
        }
        let text = code(&path);
        for word in ["连云港", "lianyungang", "12345", "工单", "签收", "教育局", "热线", "hotline"] {
            assert!(!text.contains(word), "{} contains {word}", path.display());
        }
    }
}

#[test]
fn evaluation_reads_no_clock_and_prints_nothing() {
    for path in sources(&root().join("src")) {
        // a program of its own prints as the command line does
        if !matches!(stage_of(&path).as_str(), "cli" | "main" | "bin") {
            for word in ["SystemTime", "Instant::", "std::process", "println!", "std::env"] {
                assert!(!code(&path).contains(word), "{} uses {word}", path.display());
            }
        }
    }
}
