//! `key`: a pair of keys for signing receipts.

use std::path::PathBuf;

use clap::ValueHint;

use super::End;
use super::help::{Example, example};
use super::keys::{Readers, TRUSTED, create, public_text, secret_text};
use super::output::{Fault, made, print};
use crate::audit::receipt::seal::{KEY, public_of};
use crate::diag::{Lang, words};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// 写到这个文件夹:kaoping.key(私钥,自己收好)和 kaoping.pub(公钥) / The folder to write to: kaoping.key (secret, to be kept) and kaoping.pub (public)
    #[arg(long, value_name = "文件夹 / FOLDER", value_hint = ValueHint::DirPath)]
    out: PathBuf,
}

pub(super) const EXAMPLES: &[Example] =
    &[example("kaoping key --out 密钥", "生成一对密钥,已有的不会覆盖", "Make a pair of keys; what is there is never overwritten")];

/// The name of the secret key.
const SECRET: &str = "kaoping.key";

pub(super) fn run(arguments: &Arguments, lang: Lang) -> Result<End, Fault> {
    let [public, _] = TRUSTED.map(|name| arguments.out.join(name));
    let secret = arguments.out.join(SECRET);
    made(&arguments.out)?;
    let mut bytes = [0_u8; KEY];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Fault::Words(words!("系统给不出随机数,没有生成密钥", "the system gives no random numbers ({cause}): no keys were made")))?;
    let key = public_of(&bytes);
    if public.symlink_metadata().is_ok() {
        // says that it is there before a secret key without its public one comes about
        create(&public, "", Readers::All)?;
    }
    create(&secret, &secret_text(&bytes), Readers::Owner)?;
    create(&public, &public_text(&key), Readers::All)?;
    let (secret, public) = (secret.display(), public.display());
    print(
        words!(
            "公钥 {key}\n{secret}:私钥,签名用(score --sign),不要给别人\n{public}:公钥,放到根文件夹或规则旁边,或用 verify --key 写明\n",
            "public key {key}\n{secret}: the secret key, for score --sign; give it to nobody\n{public}: the public key; put it into the root folder or beside the rules, or name it with verify --key\n"
        )
        .get(lang),
    )?;
    Ok(End::Answered)
}
