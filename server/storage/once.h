// The idempotency record (AIP-155): what makes a request_id act at most once, and lets its holder ask again.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/base/keyring.h"
#include "server/base/secret.h"

namespace hearth {

class Tx;

// Names one attempt at a change, and holds what opens its record. The record is found by a keyed digest; its
// contents, the digest of the whole request and the response, are sealed (XSalsa20-Poly1305) under a key that
// is derived from the request_id. The request_id itself is stored nowhere, so a response that held a secret
// can be read again by its holder only. Immutable, so thread-safe.
class Attempt {
 public:
  // `actor` is who calls, `directory` where the record lives; both and the method's full name belong to the
  // record's name, so one caller's request_id means nothing to another. An empty `request_id` stands for a
  // fresh random one: then only the server itself can repeat.
  Attempt(const Keyring& keyring, std::string directory, const std::string& actor,
          const google::protobuf::Message& request, const std::string& request_id);

  const std::string& directory() const { return directory_; }
  const std::string& record() const { return record_; }

  std::string Seal(const google::protobuf::Message& response) const;
  // Opens a sealed record into `response`. Fails with REQUEST_ID_REUSED when it was made for another request.
  absl::Status Open(const std::string& sealed, google::protobuf::Message& response) const;

 private:
  std::string directory_;
  std::string record_;  // Keyed digest that names the record.
  Secret seal_key_;
  std::string request_;  // Keyed digest of the whole request, secrets included; stored only inside the seal.
};

// Claims the attempt's record in this transaction, waiting for a twin that runs now. True: the caller goes
// on, and then calls StoreResponse. False: an earlier attempt committed; its response is in `response`.
absl::StatusOr<bool> Claim(Tx& tx, const Attempt& attempt, google::protobuf::Message& response);
void StoreResponse(Tx& tx, const Attempt& attempt, const google::protobuf::Message& response);

// Reads an earlier attempt's response into `response`; false when there is none.
absl::StatusOr<bool> FindResponse(Tx& tx, const Attempt& attempt, google::protobuf::Message& response);

// Removes records older than 24 hours; returns how many. The transaction's scope says in which directories.
int SweepRecords(Tx& tx);

}  // namespace hearth
