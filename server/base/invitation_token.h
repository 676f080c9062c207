// The form of invitation tokens: {directory}.{user}.{secret}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

// An invitation token, taken apart. The parts are views into the token. What it says is believed only once its digest is compared
// (server/guest/invitation_rules.h).
struct InvitationToken {
  std::string_view directory;  // That invites.
  std::string_view user;       // The guest's id there.
  std::string_view secret;     // 32 random bytes in base64url without padding.
};

// Takes a token apart; nullopt when it has another form. Both ids are well-formed by IsResourceId.
std::optional<InvitationToken> ParseInvitationToken(std::string_view token);

}  // namespace hearth
