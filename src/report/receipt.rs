//! What does not agree in a receipt, and what was not looked at, in words.

use std::collections::BTreeMap;

use crate::audit::receipt::{Finding, Kind, Unchecked, Verified};
use crate::diag::{Lang, Words, number_of, words};

/// Of findings of one kind so many are told; the rest are counted.
const TOLD: usize = 20;

/// What became of a receipt, in a word that programs read.
pub(crate) fn verdict(verified: &Verified) -> &'static str {
    match verified.findings.as_slice() {
        [] => "agrees",
        findings if findings.iter().any(|finding| finding.kind.refuses()) => "refused",
        _ => "differs",
    }
}

/// The whole of it as text.
pub(crate) fn verified_text(verified: &Verified, about: &Words, lang: Lang) -> String {
    let mut lines = vec![about.get(lang).to_owned()];
    let count = verified.findings.len();
    let findings = number_of(count, "finding", "findings");
    let head = match verdict(verified) {
        "agrees" => words!("相符:规则、数据、结果、步骤、前后收据都对得上", "it agrees: rules, facts, results, trace and chain"),
        "refused" => words!("不予接受:{count} 处问题", "refused: {findings}"),
        _ => words!("不符:{count} 处问题", "it does not agree: {findings}"),
    };
    lines.push(head.get(lang).to_owned());
    let mut told: BTreeMap<Kind, usize> = BTreeMap::new();
    for finding in &verified.findings {
        let told = told.entry(finding.kind).or_default();
        *told += 1;
        if *told <= TOLD {
            lines.push(format!("  {}", self::finding(finding).get(lang)));
        }
    }
    for (kind, count) in told.into_iter().filter(|(_, count)| *count > TOLD) {
        let (more, Words { zh, en }) = (count.saturating_sub(TOLD), what(kind));
        lines.push(format!("  {}", words!("{zh}:另有 {more} 处,见 --format json", "{en}: {more} more, see --format json").get(lang)));
    }
    lines.push(words!("没有核对的:", "not checked:").get(lang).to_owned());
    lines.extend(verified.unchecked.iter().map(|unchecked| format!("  {}", self::unchecked(unchecked).get(lang))));
    lines.join("\n") + "\n"
}

/// What findings of a kind are about.
fn what(kind: Kind) -> Words {
    match kind {
        Kind::Layout => words!("排版", "layout"),
        Kind::Section => words!("各部分", "sections"),
        Kind::Hash => words!("散列", "hashes"),
        Kind::File => words!("文件", "files"),
        Kind::LineEnds => words!("行尾", "line ends"),
        Kind::Path => words!("路径", "paths"),
        Kind::Engine => words!("程序", "engine"),
        Kind::Standard => words!("标准", "standard"),
        Kind::Call => words!("参数", "call"),
        Kind::Results => words!("结果", "results"),
        Kind::Programs => words!("规则的步骤", "steps of the rules"),
        Kind::Trace => words!("各单位的步骤", "trace"),
        Kind::Chain | Kind::ChainStandard | Kind::ChainOrder => words!("上一份收据", "chain"),
        Kind::Signature | Kind::Unsigned | Kind::Foreign => words!("签名", "signatures"),
        Kind::NotRecomputed => words!("重算", "recomputation"),
    }
}

/// A finding in words.
pub(crate) fn finding(finding: &Finding) -> Words {
    let place = &finding.place;
    let none = words!("没有", "nothing");
    let said = |value: &Option<String>| value.clone().map_or_else(|| none.clone(), |value| Words { zh: value.clone(), en: value });
    let (Words { zh: a, en: a_en }, Words { zh: b, en: b_en }) = (said(&finding.recorded), said(&finding.found));
    match (finding.kind, &finding.recorded, &finding.found) {
        (Kind::Layout, ..) if place.is_empty() => {
            words!(
                "收据:字节与收据的排版不一致(有人动过空白、顺序或标点)",
                "the receipt: its bytes are not laid out as a receipt's (blanks, order or marks were touched)"
            )
        }
        (Kind::Layout, ..) => words!("收据的 {place} 部分:内容相同而写法不同", "section {place} of the receipt: the same data written in another way"),
        (Kind::Section, ..) => {
            words!("收据的 {place} 部分:不是收据该有的内容,读不出来", "section {place} of the receipt: not what receipts have there, it cannot be read")
        }
        (Kind::Hash, ..) => words!("散列 {place}:收据记的是 {a},实际是 {b}", "hash {place}: the receipt says {a_en}, it is {b_en}"),
        (Kind::File, Some(_), None) => words!("文件 {place}:不见了(收据记的是 {a})", "file {place}: is gone (the receipt has {a_en})"),
        (Kind::File, None, _) => words!("文件 {place}:收据里没有,现在却读到了", "file {place}: is read, and is not in the receipt"),
        (Kind::File, ..) => words!("文件 {place}:改过,收据记的是 {a},现在是 {b}", "file {place}: changed, the receipt has {a_en}, it is {b_en}"),
        (Kind::LineEnds, ..) => words!(
            "文件 {place}:只有行尾变了(回车换行与换行),文字没有变;多半是 git 或 Windows 的编辑器改的,请换回原来的行尾(git 用 .gitattributes 写 * -text)",
            "file {place}: only the ends of its lines changed (with or without carriage return), not its text; most likely git or an editor did it: put them back (for git, * -text in .gitattributes)"
        ),
        (Kind::Path, ..) => words!("路径 {place}:通到根文件夹之外,没有读", "path {place}: leads out of the root folder and was not read"),
        (Kind::Engine, ..) => words!("程序:收据写的是 {a},它的结果写的是 {b}", "engine: the receipt says {a_en}, its results say {b_en}"),
        (Kind::Standard, ..) => words!("标准 {place}:收据记的是 {a},按文件是 {b}", "standard, {place}: the receipt says {a_en}, by the files it is {b_en}"),
        (Kind::Call, ..) => words!("参数 {place}:收据记的是 {a},应为 {b}", "call, {place}: the receipt says {a_en}, it should be {b_en}"),
        (Kind::Results, ..) => words!("结果 {place}:收据记的是 {a},重算是 {b}", "results, {place}: the receipt says {a_en}, it comes to {b_en}"),
        (Kind::Programs, ..) => words!("规则的步骤 {place}:收据记的是 {a},按规则是 {b}", "steps, {place}: the receipt says {a_en}, by the rules it is {b_en}"),
        (Kind::Trace, ..) => words!("单位的步骤 {place}:收据记的是 {a},重算是 {b}", "trace, {place}: the receipt says {a_en}, it comes to {b_en}"),
        (Kind::Chain, _, None) => words!("上一份收据 {place}:读不出来,不是收据", "the receipt before, {place}: it is no receipt"),
        (Kind::Chain, ..) => words!(
            "上一份收据 {place}:不是当时接着的那一份,记的是 {a},现在是 {b}",
            "the receipt before, {place}: not the one that was followed, recorded {a_en}, found {b_en}"
        ),
        (Kind::ChainStandard, ..) => {
            words!("上一份收据 {place}:是另一个标准的,这里是 {a},那份是 {b}", "the receipt before, {place}: of another standard, here {a_en}, there {b_en}")
        }
        (Kind::ChainOrder, ..) => words!(
            "上一份收据 {place}:期别不在前面,这里是 {a},那份是 {b}",
            "the receipt before, {place}: its period is no earlier one, here {a_en}, there {b_en}"
        ),
        (Kind::Signature, ..) => words!("签名 {place}:与内容或公钥不符", "signature of {place}: not that of its key under this text"),
        (Kind::Unsigned, ..) => words!("签名 {place}:没有签名,而已配置公钥,不予接受", "signature of {place}: there is none, and a key is configured: refused"),
        (Kind::Foreign, ..) => words!("签名 {place}:是别的密钥签的({a}),不予接受", "signature of {place}: by another key ({a_en}): refused"),
        (Kind::NotRecomputed, ..) => words!("重算不出来:{b}", "it cannot be computed again: {b_en}"),
    }
}

/// What was not checked, in words.
pub(crate) fn unchecked(unchecked: &Unchecked) -> Words {
    match unchecked {
        Unchecked::OtherEngine { recorded, own } => words!(
            "收据由另一个程序做出({recorded},本程序是 {own}),已由本程序重算比对;若只有步骤不同而结果相同,请用做收据的版本再核对",
            "it was made by another program ({recorded}, this one is {own}), and this one computed it again; where steps alone differ and no result, verify with the version that made it"
        ),
        Unchecked::PreviousGone { path, period } => {
            words!("{period} 的收据 {path} 不在,从它往前没有核对", "the receipt of {period}, {path}, is not here: the chain before it")
        }
        Unchecked::PreviousTrusted { path, period } => {
            words!("{period} 的结果没有重算:请另跑 kaoping verify {path}", "the results of {period} were not computed again: run kaoping verify {path}")
        }
        Unchecked::First => words!("这是第一份,没有接着上一份收据", "whether there were receipts before: this one follows none"),
        Unchecked::Gap { from, to } => words!("{from} 与 {to} 之间的各期没有收据", "the periods between {from} and {to} have no receipts"),
        Unchecked::Unsigned { path } => words!("{path} 没有签名,也没有配置公钥:谁做的,无从知道", "who made {path}: it is not signed, and no key is configured"),
        Unchecked::KeyUnknown { path, key } => {
            words!("{path} 由 {key} 签名,没有配置公钥:是谁的密钥,无从知道", "whose key signed {path}: {key}, and no key is configured")
        }
        Unchecked::NothingRecomputed => words!("结果和步骤没有重算", "results and trace were not computed again"),
        Unchecked::SameProgram => {
            words!(
                "算术和读表由做收据的同一个程序重做:另一套算术请跑 kaoping-replay",
                "reading and arithmetic, by a program of its own: run kaoping-replay for that"
            )
        }
        Unchecked::Facts => words!("表里的数据是否属实", "whether what the tables say is true"),
    }
}
