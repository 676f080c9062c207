// What a receiver answers to a token that was posted to it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/authn/https.h"

namespace hearth {

enum class PushVerdict {
  kAccepted,
  kRefused,  // It will never accept this token.
  kFailed,   // It may accept the same token later.
};

struct PushAnswer {
  PushVerdict verdict;
  // Of kRefused the code; of kFailed what an administrator may read. Short, and none of it the receiver's own invention.
  std::string problem;
};

// Reads an answer (RFC 8935, 2.3 and 2.4). Refused is a token of which the receiver says that it is no event as it should be: 400 with `err` invalid_request.
// All else that is not 202 may be over tomorrow: keys, credentials and grants that are not in order, a proxy that answers 400 for reasons of its own. Pure.
PushAnswer ReadPushAnswer(const absl::StatusOr<HttpsAnswer>& answer);

}  // namespace hearth
