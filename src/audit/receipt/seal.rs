//! What closes a receipt: the hash of its text, and the signature over that.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::source::hex;

/// How many bytes keys have, secret and public ones.
pub(crate) const KEY: usize = 32;
/// What stands before the hash that is signed: a signature under a receipt is none under anything else.
const CONTEXT: &[u8] = b"kaoping-receipt 1\n";

/// A signature with the public key that it is of, both in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signed {
    /// The public key.
    pub(crate) key: String,
    /// The signature (ed25519).
    pub(crate) signature: String,
}

/// SHA-256 of a text, in hexadecimal.
pub(crate) fn sha256(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

/// The public key of a secret one, in hexadecimal.
pub(crate) fn public_of(secret: &[u8; KEY]) -> String {
    hex(SigningKey::from_bytes(secret).verifying_key().as_bytes())
}

/// Signs a text by its hash.
pub(crate) fn sign(text: &[u8], secret: &[u8; KEY]) -> Signed {
    let key = SigningKey::from_bytes(secret);
    Signed { key: hex(key.verifying_key().as_bytes()), signature: hex(&key.sign(&message(text)).to_bytes()) }
}

/// Whether a signature is that of its key under a text.
pub(crate) fn holds(text: &[u8], signed: &Signed) -> bool {
    let key = bytes_of::<KEY>(&signed.key).and_then(|key| VerifyingKey::from_bytes(&key).ok());
    let signature = bytes_of::<64>(&signed.signature).map(|bytes| Signature::from_bytes(&bytes));
    key.zip(signature).is_some_and(|(key, signature)| key.verify_strict(&message(text), &signature).is_ok())
}

fn message(text: &[u8]) -> Vec<u8> {
    [CONTEXT, &Sha256::digest(text)].concat()
}

/// So many bytes from lower-case hexadecimal, and nothing else.
pub(crate) fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a').and_then(|byte| byte.checked_add(10)),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    let bytes = pairs.map(|pair| match pair {
        [high, low] => digit(*high)?.checked_mul(16)?.checked_add(digit(*low)?),
        _ => None,
    });
    let bytes: Option<Vec<u8>> = bytes.collect();
    bytes.filter(|_| text.len() == N * 2)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_signatures_are_those_of_the_standard() {
        // RFC 8032, 7.1, test 1
        let secret = bytes_of::<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        assert_eq!(public_of(&secret), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let signed = sign(b"text", &secret);
        assert!(holds(b"text", &signed));
        assert!(!holds(b"other", &signed));
        let foreign = Signed { key: public_of(&[7; 32]), ..signed.clone() };
        assert!(!holds(b"text", &foreign));
        assert!(!holds(b"text", &Signed { signature: signed.signature.to_uppercase(), ..signed }));
    }
}
