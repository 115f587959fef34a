//! `explain-code`: the long text of a diagnostic code, and the pages of all of them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::End;
use super::help::{Example, example};
use super::output::{Fault, deliver, locale, made, print};
use crate::diag::{Code, Colour, Lang, examples, to_text, words};
use crate::engine::compile;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 代码,如 K0302;不写则列出全部 / A code, as in K0302; all of them where it is left out
    #[arg(value_name = "代码 / CODE", conflicts_with = "out")]
    code: Option<String>,
    /// 把所有代码的说明写到这个文件夹,一个代码一页 / Write the pages of all codes into this folder, one a code
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) const EXAMPLES: &[Example] = &[
    example("kaoping explain-code K0302", "什么意思、避免怎样写、应当怎样写、为什么", "What it means, what to avoid, what to prefer, and why"),
    example("kaoping explain-code", "列出全部代码", "List all codes"),
    example("kaoping explain-code --out 错误代码", "写成一个文件夹的网页源文(Markdown)", "Write them all as a folder of Markdown"),
];

pub(super) fn run(arguments: &Arguments, lang: Option<Lang>) -> Result<End, Fault> {
    if let Some(folder) = &arguments.out {
        write_pages(folder, lang)?;
        return Ok(End::Answered);
    }
    let lang = lang.unwrap_or_else(locale);
    let Some(id) = &arguments.code else {
        let list: Vec<String> = Code::ALL.iter().map(|code| format!("{}  {}", code.id(), code.title().get(lang))).collect();
        print(&format!("{}\n", list.join("\n")))?;
        return Ok(End::Answered);
    };
    let Some(code) = Code::from_id(id) else {
        return Err(Fault::Words(words!("没有代码 {id};kaoping explain-code 列出全部", "there is no code {id}; kaoping explain-code lists them all")));
    };
    let page = code.page(lang);
    print(page)?;
    Ok(End::Answered)
}

/// Writes a page a code and a list of them; in both languages, unless one is asked for.
fn write_pages(folder: &Path, lang: Option<Lang>) -> Result<(), Fault> {
    made(folder)?;
    for lang in [Lang::Zh, Lang::En].into_iter().filter(|one| lang.is_none_or(|asked| asked == *one)) {
        for code in Code::ALL {
            deliver(whole_page(*code, lang).as_bytes(), Some(&folder.join(file(code.id(), lang))), &[])?;
        }
        deliver(list(lang).as_bytes(), Some(&folder.join(file("README", lang))), &[])?;
    }
    Ok(())
}

fn file(name: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{name}.zh.md"),
        Lang::En => format!("{name}.md"),
    }
}

/// The page with what the program says of the example to avoid.
fn whole_page(code: Code, lang: Lang) -> String {
    let page = code.page(lang).trim_end();
    let (heading, other, back) = match lang {
        Lang::Zh => ("**程序的提示**", "English", "全部代码"),
        Lang::En => ("**What the program says**", "中文", "All codes"),
    };
    let (second, first) = match lang {
        Lang::Zh => (file(code.id(), Lang::En), file("README", lang)),
        Lang::En => (file(code.id(), Lang::Zh), file("README", lang)),
    };
    let message = said_of_the_example(page, lang).map(|said| format!("\n{heading}\n```text\n{}\n```\n", said.trim_end())).unwrap_or_default();
    format!("{page}\n{message}\n[{back}]({first}) · [{other}]({second})\n")
}

/// What is said of the first rule text of a page, with the files beside it; a page about tables has none.
fn said_of_the_example(page: &str, lang: Lang) -> Option<String> {
    let examples = examples(page, lang);
    let sources = examples.first()?;
    Some(to_text(&compile(sources).diagnostics, sources, Some(lang), Colour::Off))
}

/// The groups of codes by how they begin.
const GROUPS: [(&str, &str, &str); 7] = [
    ("K01", "写法", "Syntax"),
    ("K02", "名称", "Names"),
    ("K03", "单位和分值", "Units and marks"),
    ("K04", "条款", "Clauses"),
    ("K05", "数据", "Facts"),
    ("K06", "扩展函数", "Extension functions"),
    ("W", "提醒", "Warnings"),
];

fn list(lang: Lang) -> String {
    let mut text = String::from(match lang {
        Lang::Zh => "# 错误代码\n\n每个代码一页:什么意思、避免怎样写、应当怎样写、为什么。也可以用 `kaoping explain-code K0302` 查看。[English](README.md)\n",
        Lang::En => {
            "# Diagnostic codes\n\nA page each: what it means, what to avoid, what to prefer, and why; `kaoping explain-code K0302` prints it too. [中文](README.zh.md)\n"
        }
    });
    for (start, zh, en) in GROUPS {
        let mut codes = Code::ALL.iter().filter(|code| code.id().starts_with(start)).peekable();
        if codes.peek().is_none() {
            continue;
        }
        let _ = writeln!(text, "\n## {}\n", if lang == Lang::Zh { zh } else { en });
        for code in codes {
            let _ = writeln!(text, "- [{}]({}) {}", code.id(), file(code.id(), lang), code.title().get(lang));
        }
    }
    text
}
