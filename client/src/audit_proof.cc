#include "hearth/client/audit_proof.h"

#include <openssl/evp.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "merkle.h"

namespace hearth::client {
namespace {

constexpr char kDirectories[] = "directories/";
constexpr char kNoCheckpoint[] = "This is not a checkpoint.";

std::string BigEndian(uint64_t number, int size) {
  std::string bytes;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes += static_cast<char>((number >> shift) & 0xff);
  return bytes;
}

// A part after its length.
std::string Part(absl::string_view text) { return absl::StrCat(BigEndian(text.size(), 4), text); }

std::string Micros(const google::protobuf::Timestamp& time) {
  return BigEndian(static_cast<uint64_t>(time.seconds() * 1'000'000 + time.nanos() / 1000), 8);
}

std::string VerdictText(v1::AuditVerdict verdict) {
  switch (verdict) {
    case v1::AUDIT_VERDICT_ALLOWED:
      return "allowed";
    case v1::AUDIT_VERDICT_REFUSED:
      return "refused";
    case v1::AUDIT_VERDICT_FAILED:
      return "failed";
    default:
      return "";
  }
}

// {directory} and {audit_event} of directories/{directory}/auditEvents/{audit_event}.
std::pair<std::string, std::string> Split(const std::string& name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "directories" || parts[2] != "auditEvents") return {};
  return {parts[1], parts[3]};
}

std::string PersonalDigest(const v1::AuditPersonal& personal) {
  return Sha256(absl::StrCat(Part("hearth.audit.personal.v1"), Part(HashFromHex(personal.salt())),
                             Part(personal.actor()), Part(personal.target()), Part(personal.target_principal_name()),
                             Part(personal.peer())));
}

std::string LeafOf(const v1::AuditEvent& row, const std::string& digest) {
  const auto name = Split(row.name());
  return Sha256(absl::StrCat(absl::string_view("\0", 1), Part("hearth.audit.row.v1"), Part(name.first),
                             Part(name.second), Part(Micros(row.create_time())), Part(row.action()),
                             Part(VerdictText(row.verdict())), Part(row.reason()), Part(row.actor_directory()),
                             Part(row.actor_kind()), Part(row.rpc()), Part(row.through_service()), Part(row.trace_id()),
                             Part(digest)));
}

// RFC 8032.
bool IsSignedBy(const std::string& key, const std::string& bytes, const std::string& signature) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> loaded(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                                  key.size()),
      &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (loaded == nullptr || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, loaded.get()) != 1) {
    return false;
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
}

// One step up from a hash of the left (or right) end of a tree whose other end is at `last`, as both RFC algorithms walk. Returns whether the sibling is
// on the left.
bool StepUp(int64_t* place, int64_t* last) {
  const bool left = (*place & 1) != 0 || *place == *last;
  if (left) {
    while ((*place & 1) == 0 && *place != 0) *place >>= 1, *last >>= 1;
  }
  *place >>= 1, *last >>= 1;
  return left;
}

absl::Status NotProved(const std::string& what, const v1::AuditCheckpoint& checkpoint) {
  return absl::DataLossError(
      absl::StrCat("The proof does not hold: ", what, " the log of ", checkpoint.size(), " rows of the checkpoint."));
}

}  // namespace

absl::Status VerifyCheckpoint(const v1::AuditCheckpoint& checkpoint,
                              const std::map<std::string, std::string>& public_keys) {
  const std::string root = HashFromHex(checkpoint.root_hash());
  const std::string signature = HashFromHex(checkpoint.signature(), 64);
  if (!absl::StartsWith(checkpoint.directory(), kDirectories) || checkpoint.size() < 1 || root.empty() ||
      signature.empty()) {
    return absl::InvalidArgumentError(kNoCheckpoint);
  }
  const auto key = public_keys.find(checkpoint.key_id());
  const std::string bytes =
      absl::StrCat(Part("hearth.audit.head.v1"), Part(checkpoint.directory().substr(sizeof kDirectories - 1)),
                   Part(BigEndian(static_cast<uint64_t>(checkpoint.size()), 8)), Part(Micros(checkpoint.seal_time())),
                   Part(root), Part(checkpoint.key_id()));
  if (key == public_keys.end() || !IsSignedBy(HashFromHex(key->second), bytes, signature)) {
    return absl::DataLossError(absl::StrCat("The checkpoint of ", checkpoint.size(), " rows of ",
                                            checkpoint.directory(), " is not signed by a key that is trusted (key id ",
                                            checkpoint.key_id(), ")."));
  }
  return absl::OkStatus();
}

absl::Status VerifyRow(const v1::AuditEvent& row) {
  const std::string leaf = HashFromHex(row.leaf_hash()), digest = HashFromHex(row.personal_digest());
  if (Split(row.name()).first.empty() || leaf.empty() || digest.empty()) {
    return absl::InvalidArgumentError("This is not a row of the audit.");
  }
  if (row.has_personal() && PersonalDigest(row.personal()) != digest) {
    return absl::DataLossError("The row says other things of persons than what was sealed.");
  }
  if (row.has_create_time() && LeafOf(row, digest) != leaf) {
    return absl::DataLossError("The row is not what was sealed.");
  }
  return absl::OkStatus();
}

absl::Status VerifyInclusion(const v1::AuditInclusion& inclusion, const v1::AuditCheckpoint& checkpoint) {
  const std::string root = HashFromHex(checkpoint.root_hash());
  std::string hash = HashFromHex(inclusion.leaf_hash());
  if (root.empty() || hash.empty()) return absl::InvalidArgumentError("This is not a proof of inclusion.");
  const absl::Status bad = NotProved(absl::StrCat("row ", inclusion.sequence(), " is not in"), checkpoint);
  int64_t place = inclusion.sequence(), last = checkpoint.size() - 1;
  if (place < 0 || place > last) return bad;
  for (const std::string& hex : inclusion.path()) {
    const std::string sibling = HashFromHex(hex);
    if (sibling.empty() || last == 0) return bad;
    hash = StepUp(&place, &last) ? HashNode(sibling, hash) : HashNode(hash, sibling);
  }
  return last == 0 && hash == root ? absl::OkStatus() : bad;
}

absl::Status VerifyConsistency(const v1::AuditCheckpoint& kept, const v1::AuditCheckpoint& newest,
                               const google::protobuf::RepeatedPtrField<std::string>& proof) {
  const std::string first_root = HashFromHex(kept.root_hash()), root = HashFromHex(newest.root_hash());
  if (first_root.empty() || root.empty() || kept.size() < 1) return absl::InvalidArgumentError(kNoCheckpoint);
  const absl::Status bad = NotProved(absl::StrCat("the ", kept.size(), " rows that were kept do not begin"), newest);
  if (kept.directory() != newest.directory() || kept.size() > newest.size()) return bad;
  if (kept.size() == newest.size()) return proof.empty() && first_root == root ? absl::OkStatus() : bad;
  std::vector<std::string> path;
  // A tree that is full is its own first node.
  if ((kept.size() & (kept.size() - 1)) == 0) path.push_back(first_root);
  for (const std::string& hex : proof) path.push_back(HashFromHex(hex));
  if (proof.empty()) return bad;
  int64_t place = kept.size() - 1, last = newest.size() - 1;
  while ((place & 1) != 0) place >>= 1, last >>= 1;
  std::string before = path[0], now = path[0];
  for (size_t i = 1; i < path.size(); ++i) {
    if (path[i].empty() || last == 0) return bad;
    if (StepUp(&place, &last)) {
      before = HashNode(path[i], before);
      now = HashNode(path[i], now);
    } else {
      now = HashNode(now, path[i]);
    }
  }
  return last == 0 && before == first_root && now == root ? absl::OkStatus() : bad;
}

}  // namespace hearth::client
