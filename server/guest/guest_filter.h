// Which guests a list wants.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "hearth/v1/resources.pb.h"

namespace hearth {

// What the filter of ListGuestUsers asks.
struct GuestFilter {
  v1::InvitationState state = v1::INVITATION_STATE_UNSPECIFIED;  // Unspecified: any.
  std::string home_domain;                                       // Lower case; empty: any.
  bool stale = false;
};

// Fails with INVALID_FIELDS that names `filter`. Pure.
absl::StatusOr<GuestFilter> ParseGuestFilter(const std::string& filter);

}  // namespace hearth
