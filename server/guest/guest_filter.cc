#include "server/guest/guest_filter.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/base/error.h"
#include "server/base/resource_name.h"
#include "server/base/status_macros.h"
#include "server/directory/filter.h"

namespace hearth {

absl::StatusOr<GuestFilter> ParseGuestFilter(const std::string& filter) {
  ASSIGN_OR_RETURN(const auto values, ParseFilter(filter, {"home_domain", "stale", "state"}));
  GuestFilter parsed;
  for (const auto& [field, value] : values) {
    if (field == "state") {
      const bool known = v1::InvitationState_Parse(absl::StrCat("INVITATION_STATE_", value), &parsed.state);
      if (!known || parsed.state == v1::INVITATION_STATE_UNSPECIFIED) {
        return InvalidField("filter", "state is PENDING_ACCEPTANCE or ACCEPTED");
      }
    } else if (field == "stale") {
      if (value != "true" && value != "false") return InvalidField("filter", "stale is true or false");
      parsed.stale = value == "true";
    } else {
      parsed.home_domain = absl::AsciiStrToLower(value);
      if (!IsDomain(parsed.home_domain)) return InvalidField("filter", "home_domain is a DNS domain");
    }
  }
  if (parsed.stale && parsed.state == v1::INVITATION_STATE_ACCEPTED) {
    return InvalidField("filter", "only pending guests are stale");
  }
  return parsed;
}

}  // namespace hearth
