//! Help, usage and errors of the command line in one language.
//!
//! Every text stands at its command or argument as `中文 / English`; here it is split, and the words that the parser of the
//! command line brings along are replaced.

use std::ffi::OsString;
use std::fmt::Write;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, CommandFactory};

use super::output::{self, Fault};
use super::{Arguments, End};
use crate::diag::{Lang, closest, words};

/// What parts the two languages of a text.
const SEPARATOR: &str = " / ";

/// A command that can be typed as it stands, and what it is for.
pub(super) struct Example {
    pub(super) command: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

/// An example with what it is for in both languages.
pub(super) const fn example(command: &'static str, zh: &'static str, en: &'static str) -> Example {
    Example { command, zh, en }
}

/// The language that arguments ask for, before they are parsed: help and errors speak it too.
pub(super) fn asked_for(arguments: &[OsString]) -> Option<Lang> {
    let texts: Vec<&str> = arguments.iter().map_while(|argument| argument.to_str()).take_while(|argument| *argument != "--").collect();
    let named = texts.iter().enumerate().find_map(|(index, argument)| match argument.strip_prefix("--lang") {
        Some("") => texts.get(index + 1).copied(),
        Some(rest) => rest.strip_prefix('='),
        None => None,
    });
    match named {
        Some("zh") => Some(Lang::Zh),
        Some("en") => Some(Lang::En),
        _ => None,
    }
}

/// The command line with all its texts in one language.
pub(super) fn command(lang: Lang) -> Command {
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).global(true).help(pick(lang, "显示这份说明", "Show this help"));
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help(pick(lang, "显示版本", "Show the version"));
    let mut command = translated(Arguments::command().disable_version_flag(true).arg(help).arg(version), lang);
    command.build();
    finished(command, lang)
}

fn pick<'t>(lang: Lang, zh: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// One half of a text that holds both languages.
fn half(text: &str, lang: Lang) -> &str {
    text.split_once(SEPARATOR).map_or(text, |(zh, en)| pick(lang, zh, en))
}

fn translated(command: Command, lang: Lang) -> Command {
    let text = |styled: Option<&StyledStr>| styled.map(|text| half(&text.to_string(), lang).to_owned());
    let about = text(command.get_about()).unwrap_or_default();
    command
        .about(about)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|argument| translated_argument(argument, lang))
        .mut_subcommands(|inner| translated(inner, lang))
}

fn translated_argument(argument: Arg, lang: Lang) -> Arg {
    let help = argument.get_help().map(|text| half(&text.to_string(), lang).to_owned());
    let names: Vec<String> = argument.get_value_names().unwrap_or_default().iter().map(|name| half(name, lang).to_owned()).collect();
    let argument = match help {
        Some(help) => argument.help(help),
        None => argument,
    };
    // the texts name the values and the default themselves
    if argument.get_action().takes_values() { argument.value_names(names).hide_possible_values(true).hide_default_value(true) } else { argument }
}

/// Usage, headings and examples, once every part of a command is known.
fn finished(command: Command, lang: Lang) -> Command {
    let mut usage = command.clone().render_usage().to_string();
    for (word, zh, en) in [("Usage: ", "", ""), ("[OPTIONS]", "[选项]", "[options]"), ("<COMMAND>", "<命令>", "<command>")] {
        usage = usage.replace(word, pick(lang, zh, en));
    }
    let command = command.override_usage(usage);
    let mut template = format!("{{about-with-newline}}\n{} {{usage}}\n", pick(lang, "用法:", "Usage:"));
    if command.get_subcommands().next().is_some() {
        template.push_str(pick(lang, "\n命令:\n{subcommands}\n", "\nCommands:\n{subcommands}\n"));
    }
    if command.get_positionals().next().is_some() {
        template.push_str(pick(lang, "\n参数:\n{positionals}\n", "\nArguments:\n{positionals}\n"));
    }
    template.push_str(pick(lang, "\n选项:\n{options}{after-help}", "\nOptions:\n{options}{after-help}"));
    let closing = closing(command.get_name(), lang);
    command.help_template(template).after_help(closing).mut_subcommands(|inner| finished(inner, lang))
}

/// What stands below the options: examples, and for the program as a whole how a run ends.
fn closing(name: &str, lang: Lang) -> String {
    let mut text = format!("{}\n", pick(lang, "例(文件和单位换成自己的):", "Examples, with files and units of your own in their place:"));
    for example in super::examples(name) {
        let _ = writeln!(text, "  {}\n    $ {}", pick(lang, example.zh, example.en), example.command);
    }
    if name == "kaoping" {
        text.push_str(pick(
            lang,
            "\n退出码:0 已答;1 check、fmt --check、test、verify 查出问题,或出现 --fail-on 所说的;2 参数不对或输入不能用;3 已打分,但有单位缺数据",
            "\nExit status: 0 answered; 1 check, fmt --check, test or verify found fault, or what --fail-on names occurred; 2 bad arguments or unusable input; 3 scored, with facts missing",
        ));
    }
    text.trim_end().to_owned()
}

/// Answers a command line that asks for help or cannot be parsed; whether it was an answer.
pub(super) fn answer(error: &clap::Error, lang: Lang) -> bool {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            true
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            output::say(&command(lang).render_help().to_string());
            false
        }
        _ => {
            output::say(&worded(error, lang));
            false
        }
    }
}

/// `help`: the help of a command, or of the program.
pub(super) fn run(name: Option<&str>, lang: Lang) -> Result<End, Fault> {
    let command = command(lang);
    let wanted = match name {
        Some(name) => inner(&command, name)?,
        None => &command,
    };
    output::print(&wanted.clone().render_help().to_string())?;
    Ok(End::Answered)
}

/// The command of that name inside the program.
pub(super) fn inner<'c>(command: &'c Command, name: &str) -> Result<&'c Command, Fault> {
    command.find_subcommand(name).ok_or_else(|| {
        let near = closest(name, command.get_subcommands().map(Command::get_name));
        Fault::Words(match near {
            Some(near) => words!("没有「{name}」这个命令,是不是「{near}」?", "there is no command {name}; did you mean {near}?"),
            None => words!("没有「{name}」这个命令;kaoping help 列出全部", "there is no command {name}; kaoping help lists them all"),
        })
    })
}

/// An error of the command line in words.
fn worded(error: &clap::Error, lang: Lang) -> String {
    let mut text = format!("{}{}", pick(lang, "错误:", "error: "), cause(error, lang));
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue].into_iter().find_map(|kind| first(error, kind));
    if let Some(near) = near {
        let _ = match lang {
            Lang::Zh => write!(text, ";是不是「{near}」?"),
            Lang::En => write!(text, "; did you mean {near}?"),
        };
    }
    if let Some(usage) = first(error, ContextKind::Usage) {
        let usage = usage.trim().trim_start_matches("Usage:").trim();
        let _ = write!(text, "\n\n{} {usage}", pick(lang, "用法:", "Usage:"));
    }
    text.push_str(pick(lang, "\n\n各选项的说明:加 --help", "\n\nFor what each option does add --help"));
    text
}

fn cause(error: &clap::Error, lang: Lang) -> String {
    let of = |kind| first(error, kind).unwrap_or_default();
    let (argument, value) = (bare(&of(ContextKind::InvalidArg)), of(ContextKind::InvalidValue));
    match (error.kind(), lang) {
        (ErrorKind::InvalidSubcommand, Lang::Zh) => format!("没有「{}」这个命令", of(ContextKind::InvalidSubcommand)),
        (ErrorKind::InvalidSubcommand, Lang::En) => format!("there is no command {}", of(ContextKind::InvalidSubcommand)),
        (ErrorKind::UnknownArgument, Lang::Zh) => format!("多出或不认识的参数「{argument}」"),
        (ErrorKind::UnknownArgument, Lang::En) => format!("unexpected argument {argument}"),
        (ErrorKind::MissingRequiredArgument, Lang::Zh) => format!("还要写明 {}", all(error, ContextKind::InvalidArg).join("、")),
        (ErrorKind::MissingRequiredArgument, Lang::En) => format!("{} is needed", all(error, ContextKind::InvalidArg).join(", ")),
        (ErrorKind::ArgumentConflict, Lang::Zh) if bare(&of(ContextKind::PriorArg)) == argument => format!("{argument} 只能写一次"),
        (ErrorKind::ArgumentConflict, Lang::En) if bare(&of(ContextKind::PriorArg)) == argument => format!("{argument} is given twice"),
        (ErrorKind::ArgumentConflict, Lang::Zh) => format!("{argument} 不能与 {} 同用", bare(&of(ContextKind::PriorArg))),
        (ErrorKind::ArgumentConflict, Lang::En) => format!("{argument} does not go with {}", bare(&of(ContextKind::PriorArg))),
        (ErrorKind::InvalidValue, _) if value.is_empty() => format!("{argument} {}", pick(lang, "后面要写一个值", "needs a value")),
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, _) => {
            let known = all(error, ContextKind::ValidValue);
            let refused = match lang {
                Lang::Zh => format!("{argument} 不能是「{value}」"),
                Lang::En => format!("{argument} cannot be {value}"),
            };
            if error.kind() == ErrorKind::ValueValidation {
                // the only values that are read as they are parsed are numbers of things
                format!("{refused}{}", pick(lang, ",应是大于 0 的整数", ": it is a whole number above 0"))
            } else if known.is_empty() {
                refused
            } else {
                format!("{refused}{}{}", pick(lang, ",可以是 ", ": choose one of "), known.join(pick(lang, "、", ", ")))
            }
        }
        (ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals, Lang::Zh) => {
            format!("{argument} 后面的值的个数不对")
        }
        (ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals, Lang::En) => {
            format!("{argument} has the wrong number of values")
        }
        (ErrorKind::InvalidUtf8, _) => pick(lang, "参数里有不是 UTF-8 的字符", "an argument is not valid UTF-8").to_owned(),
        // what no command line of this program can bring about
        _ => error.to_string().trim().to_owned(),
    }
}

/// An option without what stands for its value.
fn bare(argument: &str) -> String {
    argument.split_once(' ').filter(|(option, _)| option.starts_with('-')).map_or(argument, |(option, _)| option).to_owned()
}

fn first(error: &clap::Error, kind: ContextKind) -> Option<String> {
    all(error, kind).into_iter().next()
}

fn all(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        Some(ContextValue::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of a command and of the commands inside it, with where it stands.
    fn texts(command: &Command, path: &str) -> Vec<(String, String)> {
        let path = format!("{path} {}", command.get_name());
        let mut found = vec![(path.clone(), command.get_about().map(ToString::to_string).unwrap_or_default())];
        for argument in command.get_arguments() {
            found.push((format!("{path} {}", argument.get_id()), argument.get_help().map(ToString::to_string).unwrap_or_default()));
        }
        found.extend(command.get_subcommands().flat_map(|inner| texts(inner, &path)));
        found
    }

    #[test]
    fn every_text_has_both_languages() {
        let texts = texts(&Arguments::command(), "");
        assert!(texts.len() > 25);
        for (place, text) in texts {
            assert_eq!(text.matches(SEPARATOR).count(), 1, "{place}: {text}");
            let (zh, en) = text.split_once(SEPARATOR).unwrap();
            assert!(!zh.is_ascii(), "{place}: {zh}");
            assert!(en.is_ascii(), "{place}: {en}");
        }
    }

    #[test]
    fn the_parser_finds_no_fault_with_the_command_line() {
        for lang in [Lang::Zh, Lang::En] {
            command(lang).debug_assert();
        }
    }

    #[test]
    fn the_language_is_known_before_the_arguments_are_parsed() {
        let asked = |text: &str| asked_for(&text.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked("kaoping score --lang en --nonsense"), Some(Lang::En));
        assert_eq!(asked("kaoping --lang=zh"), Some(Lang::Zh));
        assert_eq!(asked("kaoping check -- --lang en"), None);
        assert_eq!(asked("kaoping --lang"), None);
    }
}
