// What RequestReset leaves behind for the relay.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "hearth/v1/request_reset_service.pb.h"

namespace hearth {

// What somebody asked for.
struct ResetWish {
  std::string identifier;  // Canonical: ASCII letters in lower case.
  std::string language;    // BCP 47, or empty.
  v1::ResetPolicy::Channel channel = v1::ResetPolicy::CHANNEL_UNSPECIFIED;
};

// Names an intent.
struct IntentKey {
  std::string directory;      // Where the reset was asked for.
  std::string handle_digest;  // 32 bytes.
  int attempts = 0;  // Of relays, this one included: tells a relay whose lease ended from the one that has it now.
};

// A row of hearth.reset_intents.
struct Intent {
  IntentKey key;
  std::string request_digest;
  std::string identifier_digest;
  std::string sealed;  // The wish: wish_box.h.
  std::string call_id;
  std::string caller_directory;  // Another than key.directory: the request was taken over from there.
  std::string caller;
  std::string caller_kind;  // "person" or "service".
  std::string peer;
  std::string trace_id;
  absl::Time create_time;
};

}  // namespace hearth
