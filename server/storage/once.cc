#include "server/storage/once.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <sodium.h>

#include <stdexcept>
#include <utility>

#include "server/base/error.h"
#include "server/base/ids.h"
#include "server/base/status_macros.h"
#include "server/storage/tx.h"

namespace hearth {
namespace {

constexpr Statement kClaim{
    "once_claim",
    "INSERT INTO hearth.idempotency (directory_id, record) VALUES ($1, $2::bytea) ON CONFLICT DO NOTHING"};
constexpr Statement kStore{
    "once_store", "UPDATE hearth.idempotency SET sealed = $3::bytea WHERE directory_id = $1 AND record = $2::bytea"};
constexpr Statement kFind{"once_find",
                          "SELECT sealed FROM hearth.idempotency WHERE directory_id = $1 AND record = $2::bytea"};
constexpr Statement kSweep{"once_sweep",
                           "DELETE FROM hearth.idempotency WHERE directory_id = ANY (hearth.served())"
                           " AND create_time < now() - interval '24 hours'"};

// The same message gives the same bytes, whatever the order of its map entries.
std::string Bytes(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

const unsigned char* Unsigned(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

}  // namespace

Attempt::Attempt(const Keyring& keyring, std::string directory, const std::string& actor,
                 const google::protobuf::Message& request, const std::string& request_id)
    : directory_(std::move(directory)) {
  const Secret key = keyring.Derive(keyring.eldest(), "once");
  const std::string id = request_id.empty() ? NewUuid4() : request_id;
  const std::string type = request.GetDescriptor()->full_name();
  record_ = KeyedDigest(key, {"record", directory_, actor, type, id});
  seal_key_ = Secret(KeyedDigest(key, {"seal", directory_, actor, type, id}));
  std::string bytes = Bytes(request);
  request_ = KeyedDigest(key, {"request", bytes});
  WipeString(bytes);
}

std::string Attempt::Seal(const google::protobuf::Message& response) const {
  std::string plain = request_ + Bytes(response);
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(out, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, Unsigned(plain), plain.size(), out,
                        Unsigned(seal_key_.Expose()));
  WipeString(plain);
  return sealed;
}

absl::Status Attempt::Open(const std::string& sealed, google::protobuf::Message& response) const {
  constexpr size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kOverhead + request_.size()) throw std::runtime_error("an idempotency record is too short");
  std::string plain(sealed.size() - kOverhead, '\0');
  if (crypto_secretbox_open_easy(
          reinterpret_cast<unsigned char*>(plain.data()), Unsigned(sealed) + crypto_secretbox_NONCEBYTES,
          sealed.size() - crypto_secretbox_NONCEBYTES, Unsigned(sealed), Unsigned(seal_key_.Expose())) != 0) {
    throw std::runtime_error("an idempotency record cannot be opened");
  }
  const bool same = sodium_memcmp(plain.data(), request_.data(), request_.size()) == 0;
  const bool parsed =
      same && response.ParseFromArray(plain.data() + request_.size(), static_cast<int>(plain.size() - request_.size()));
  WipeString(plain);
  if (!same) return Refuse(v1::ERROR_REASON_REQUEST_ID_REUSED);
  if (!parsed) throw std::runtime_error("an idempotency record holds no response");
  return absl::OkStatus();
}

absl::StatusOr<bool> Claim(Tx& tx, const Attempt& attempt, google::protobuf::Message& response) {
  if (tx.Exec(kClaim, attempt.directory(), Bytea(attempt.record())).affected_rows() == 1) return true;
  ASSIGN_OR_RETURN(const bool found, FindResponse(tx, attempt, response));
  if (!found) throw std::runtime_error("an idempotency record vanished");
  return false;
}

void StoreResponse(Tx& tx, const Attempt& attempt, const google::protobuf::Message& response) {
  tx.Exec(kStore, attempt.directory(), Bytea(attempt.record()), Bytea(attempt.Seal(response)));
}

absl::StatusOr<bool> FindResponse(Tx& tx, const Attempt& attempt, google::protobuf::Message& response) {
  const pqxx::result rows = tx.Exec(kFind, attempt.directory(), Bytea(attempt.record()));
  if (rows.empty()) return false;
  RETURN_IF_ERROR(attempt.Open(FromBytea(rows[0][0]), response));
  return true;
}

int SweepRecords(Tx& tx) { return static_cast<int>(tx.Exec(kSweep).affected_rows()); }

}  // namespace hearth
