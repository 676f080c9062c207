// A service account, as the stores read it and the rules judge it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "hearth/v1/options.pb.h"

namespace hearth {

// A backend service as a caller of one directory: one row of hearth.service_accounts with its certificate identities.
struct ServiceAccount {
  std::string directory;
  std::string id;
  std::string display_name;
  std::vector<v1::Permission> permissions;  // Each once, in order.
  std::vector<std::string> identities;      // Each once, in order.
  bool disabled = false;
  int64_t revision = 0;
  absl::Time create_time;
  absl::Time update_time;
};

}  // namespace hearth
