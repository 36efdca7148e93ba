#!/bin/bash
# 在解压后的文件夹中运行：bash check.sh
# Run in the folder the archive was unpacked in: bash check.sh
# 需要 / needs: coreutils, sed, awk, openssl (3), xmlsec1; xmllint 仅用于非规范形式的报文 / only for messages not in canonical form
set -u
cd "$(dirname "$0")" || exit 2
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
failed=0
good() { echo "ok    $1"; }
wrong() { echo "WRONG $1"; failed=1; }
sum() { local hash; read -r hash _ < <(sha256sum) && echo "$hash"; }

# 1. 各文件与清单一致 / the files are those of the list
if sha256sum --quiet -c SHA256SUMS; then good SHA256SUMS; else wrong SHA256SUMS; fi

# 2. 根链：每行的最后一列是上一行的散列 / each root's last column is the hash of the line before
before=$(printf '0%.0s' {1..64})
while IFS= read -r line; do
  [ "${line##*$'\t'}" = "$before" ] || wrong "root ${line%%$'\t'*}"
  before=$(printf '%s' "$line" | sum)
done < chain/roots.tsv
good "chain/roots.tsv: $before"

# 3. 每条记录：文件的散列、记录的散列、到根的路径 / each entry: its file, its hash, its way up to the root
declare -A file merkle
while IFS=$'\t' read -r seq path; do file[$seq]=$path; done < chain/files.tsv
while IFS=$'\t' read -r id _ _ _ tree _; do merkle[$id]=$tree; done < chain/roots.tsv
while IFS= read -r line; do
  IFS=$'\t' read -r seq _ _ _ _ _ bytes _ <<< "$line"
  path=${file[$seq]:-}
  if [ -n "$path" ] && [ "$(sum < "$path")" != "$bytes" ]; then wrong "entry $seq: $path"; fi
  hash=$(printf '%s' "$line" | sum)
  while read -r side beside; do
    case $side in
      left) hash=$(printf '%s%s' "$beside" "$hash" | sum) ;;
      right) hash=$(printf '%s%s' "$hash" "$beside" | sum) ;;
      root) root=$beside ;;
    esac
  done < "chain/proofs/$seq.txt"
  if [ "${merkle[$root]:-}" = "$hash" ]; then good "entry $seq → root $root"; else wrong "entry $seq → root $root"; fi
done < chain/entries.tsv

# 4. 签名 / signatures
canonical() { sed -z 's/^<?xml[^>]*?>//' "$1"; }
signature='<\([A-Za-z]*:\)\?Signature[ >].*<\/\1Signature>'
content() { sed -z "s/$signature//"; }
info() { sed -z 's/^.*<\([A-Za-z]*:\)\?SignedInfo[^>]*>\(.*\)<\/\1SignedInfo>.*$/\2/'; }
element() { sed -z "s/^.*<\\([A-Za-z]*:\\)\\?$1[^>]*>\\([^<]*\\)<.*\$/\\2/" | tr -d ' \t\r\n'; }
for message in messages/*.xml; do
  [ -e "$message" ] || continue
  name=$(basename "$message" .xml)
  [ -e "certificates/$name.pem" ] || { echo "-     $message: 未签名 / not signed"; continue; }
  openssl x509 -in "certificates/$name.pem" -pubkey -noout > "$work/key.pem"
  if [ ! -e "signed/$name.signedinfo" ]; then
    if xmlsec1 --verify --enabled-key-data key-name,rsa --pubkey-pem "$work/key.pem" "$message" > "$work/words" 2>&1; then good "$message"
    else wrong "$message"; fi
    continue
  fi
  canonical "$message" > "$work/message"
  if ! content < "$work/message" | cmp -s - "signed/$name.content" && command -v xmllint > /dev/null; then
    xmllint --c14n "$message" > "$work/message"
  fi
  content < "$work/message" | cmp -s - "signed/$name.content" || wrong "$message: signed/$name.content"
  [ "$(info < "$work/message")" = "$(info < "signed/$name.signedinfo")" ] || wrong "$message: signed/$name.signedinfo"
  hash=sha1; grep -q 'DigestMethod Algorithm="[^"]*sm3"' "signed/$name.signedinfo" && hash=sm3
  [ "$(openssl dgst "-$hash" -binary "signed/$name.content" | openssl base64 -A)" = "$(element DigestValue < "signed/$name.signedinfo")" ] ||
    wrong "$message: DigestValue"
  value=$(element SignatureValue < "$work/message" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
  printf 'asn1=SEQUENCE:rs\n[rs]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "${value:0:64}" "${value:64}" > "$work/rs.cnf"
  openssl asn1parse -genconf "$work/rs.cnf" -noout -out "$work/rs.der"
  if openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -digest sm3 -pkeyopt distid:1234567812345678 \
    -in "signed/$name.signedinfo" -sigfile "$work/rs.der" > "$work/words" 2>&1; then good "$message"
  else wrong "$message"; fi
done

if [ $failed = 0 ]; then echo '全部相符 / everything agrees'; else echo '有不符之处 / something does not agree'; exit 1; fi
