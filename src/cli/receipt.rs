//! Receipts of scored periods: made by `score`, and made again by `verify`.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::Subject;
use super::input::{Loaded, bytes_up_to, load_facts, load_policy, period};
use super::keys;
use super::output::{Fault, deliver, placed, spared};
use super::progress;
use super::root::Root;
use crate::audit::receipt::{self, Broken, Call, Document, Previous, Scored, Sections, Unreadable};
use crate::diag::{Words, words};
use crate::facts::Facts;
use crate::results::{self, Results};

/// What `score` is told of a receipt.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// 另写一份收据,供 kaoping verify 核对 / Write a receipt as well, for kaoping verify
    #[arg(long, value_name = "文件 / FILE", value_hint = ValueHint::FilePath)]
    receipt: Option<PathBuf>,
    /// 上一期的收据,新的收据接在它后面 / The receipt of the period before, which this one follows
    #[arg(long, value_name = "收据 / RECEIPT", value_hint = ValueHint::FilePath, requires = "receipt")]
    previous: Option<PathBuf>,
    /// 用这个私钥(kaoping key 生成)给收据签名 / Sign the receipt with this secret key, as kaoping key makes one
    #[arg(long, value_name = "私钥 / KEY", value_hint = ValueHint::FilePath, requires = "receipt")]
    sign: Option<PathBuf>,
    /// 收据里的路径从哪个文件夹算起,不写则是当前文件夹 / The folder from which the receipt names files, by default the one at hand
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath, requires = "receipt")]
    root: Option<PathBuf>,
}

impl Wanted {
    /// That results and receipt go to two files.
    pub(super) fn apart_from(&self, out: Option<&PathBuf>) -> Result<(), Fault> {
        let whole = |path: &PathBuf| path.canonicalize().or_else(|_| std::path::absolute(path)).ok();
        match (&self.receipt, out) {
            (Some(receipt), Some(out)) if whole(receipt) == whole(out) => {
                let path = out.display();
                Err(Fault::Words(words!("结果和收据都要写到 {path};请写两个文件名", "results and receipt would both be written to {path}: name two files")))
            }
            _ => Ok(()),
        }
    }

    /// The receipt of what was scored, where one is asked for; it is written once the results are.
    pub(super) fn of(&self, loaded: &Loaded, (facts, results): (&Facts, &Results), policy: &Path, subject: &Subject) -> Result<Option<Ready>, Fault> {
        let Some(path) = &self.receipt else { return Ok(None) };
        let kept = [&self.previous, &self.sign].into_iter().flatten().cloned();
        let inputs: Vec<PathBuf> = loaded.inputs(subject).into_iter().chain(kept).collect();
        // before any result is given away
        spared(path, &inputs)?;
        placed(path)?;
        progress::begin(&words!("做收据", "writing the receipt"));
        let root = Root::new(self.root.as_deref())?;
        let secret = self.sign.as_deref().map(keys::secret).transpose()?;
        let named = |paths: &[PathBuf]| paths.iter().map(|path| root.named(path)).collect::<Result<Vec<_>, _>>();
        let call =
            Call { policy: root.named(policy)?, facts: named(&subject.facts)?, sheets: subject.sheet.clone(), adjustments: named(&subject.adjustments)? };
        for file in loaded.policy.read.iter().chain(&facts.read) {
            root.named(Path::new(&file.path))?;
        }
        let previous = self.previous.as_deref().map(|path| self::previous(path, &root, results)).transpose()?;
        let sections = sections(loaded, (facts, results), (&call, previous.as_ref()), &root);
        let text = receipt::written(&sections, secret.as_ref());
        Ok(Some(Ready { path: path.clone(), text, inputs }))
    }
}

/// A receipt that is to be written.
pub(super) struct Ready {
    path: PathBuf,
    text: String,
    inputs: Vec<PathBuf>,
}

impl Ready {
    pub(super) fn write(&self) -> Result<(), Fault> {
        deliver(self.text.as_bytes(), Some(&self.path), &self.inputs)
    }
}

fn sections(loaded: &Loaded, (facts, results): (&Facts, &Results), (call, previous): (&Call, Option<&Previous>), root: &Root) -> Sections {
    receipt::sections(&Scored {
        plan: &loaded.plan,
        facts,
        results,
        sources: &loaded.policy.sources,
        policy: &loaded.policy.read,
        call,
        previous,
        inside: &|path| root.inside(Path::new(path)).unwrap_or_else(|| path.to_owned()),
    })
}

/// The sections that come out of the files again.
pub(super) fn again(call: &Call, period_name: &str, previous: Option<&Previous>, root: &Root) -> Result<Sections, Fault> {
    let path =
        |name: &String| root.path_of(name).ok_or_else(|| Fault::Words(words!("路径 {name} 通到根文件夹之外", "the path {name} leads out of the root folder")));
    let paths = |names: &[String]| names.iter().map(path).collect::<Result<Vec<_>, _>>();
    let subject =
        Subject { period: Some(period_name.to_owned()), facts: paths(&call.facts)?, sheet: call.sheets.clone(), adjustments: paths(&call.adjustments)? };
    let mut loaded = load_policy(Some(&path(&call.policy)?), Some(period_name))?;
    let period = period(&mut loaded, &subject)?;
    let facts = load_facts(&mut loaded, &subject, &period)?;
    progress::begin(&words!("重算", "computing again"));
    let results = results::score(&loaded.plan, &facts, &loaded.policy.sha256, &period, &progress::reached);
    Ok(sections(&loaded, (&facts, &results), (call, previous), root))
}

/// What the receipt of the period before is known by; it must be one of the same standard and of an earlier period.
fn previous(path: &Path, root: &Root, results: &Results) -> Result<Previous, Fault> {
    let bytes = read(path)?;
    let shown = path.display();
    let document = Document::read(&bytes).map_err(|fault| Fault::Words(no_receipt(path, &fault)))?;
    let stated: String = document.parsed("period").map_err(|fault| Fault::Words(no_receipt(path, &fault)))?;
    let standard: Standard = document.parsed("standard").map_err(|fault| Fault::Words(no_receipt(path, &fault)))?;
    if standard.id != results.standard.id {
        let (there, here) = (&standard.id, &results.standard.id);
        return Err(Fault::Words(words!(
            "{shown} 是标准「{there}」的收据,不是「{here}」的;请给同一标准上一期的收据",
            "{shown} is a receipt of the standard {there}, not of {here}: name the receipt of the same standard"
        )));
    }
    if receipt::between(&stated, &results.period).is_none() {
        let period = &results.period;
        return Err(Fault::Words(words!(
            "{shown} 是 {stated} 的收据,不在 {period} 之前;请给上一期的收据",
            "{shown} is the receipt of {stated}, which is not before {period}: name the receipt of the period before"
        )));
    }
    Ok(Previous { path: root.named(path)?, period: stated, sha256: receipt::seal::sha256(&bytes) })
}

#[derive(serde::Deserialize)]
struct Standard {
    id: String,
}

/// A receipt has every step of every unit, and is no larger than this.
pub(super) const LARGEST: u64 = 512 << 20;

/// The bytes of a receipt or a key.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Fault> {
    bytes_up_to(path, LARGEST)
}

/// That a file is no receipt, in words.
pub(super) fn no_receipt(path: &Path, fault: &Unreadable) -> Words {
    let path = path.display();
    match fault {
        Unreadable::Empty => words!("{path} 是空的,不是收据;请重新取一份", "{path} is empty, no receipt: get it again"),
        Unreadable::Key => words!("{path} 是密钥文件,不是收据;公钥写在 --key 后面", "{path} is a file of keys, no receipt: public keys are named with --key"),
        Unreadable::Other => {
            words!("{path} 不是收据;收据由 kaoping score --receipt 写出", "{path} is no receipt; receipts are written by kaoping score --receipt")
        }
        Unreadable::Format(format) => {
            let own = receipt::FORMAT;
            words!(
                "{path} 的格式是「{format}」,本程序只认「{own}」;请用写出它的版本",
                "{path} has the format {format}, this program knows {own}: use the version that wrote it"
            )
        }
        Unreadable::Broken { line, column, why } => {
            let Words { zh, en } = broken(why);
            words!(
                "{path} 不是完好的收据:第 {line} 行第 {column} 个字符处{zh};收据一字不能改,请重新取一份",
                "{path} is no whole receipt: line {line}, character {column}: {en}; no byte of a receipt may be changed: get it again"
            )
        }
    }
}

fn broken(why: &Broken) -> Words {
    match why {
        Broken::Ends => words!("文件断了", "the file breaks off"),
        Broken::NoText => words!("不是 UTF-8 文字", "this is no text in UTF-8"),
        Broken::NoJson => words!("不是合法的 JSON", "this is not JSON"),
        Broken::Missing(name) => words!("缺少「{name}」", "{name} is missing"),
        Broken::Unknown(name) => words!("多出「{name}」,收据没有这一项", "{name} is nothing that receipts have"),
        Broken::Twice(name) => words!("「{name}」写了两遍", "{name} is there twice"),
        Broken::Data => words!("不是收据该有的内容", "this is not what receipts have there"),
    }
}
