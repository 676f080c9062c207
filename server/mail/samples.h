// Mails made of the samples that the contract declares, for previews and tests.
#pragma once

#include <map>
#include <string>

#include "server/mail/mail.h"

namespace hearth {

inline constexpr char kSampleSender[] = "no-reply@hearth.example";
inline constexpr char kSampleRecipient[] = "ada@roastery.example";
inline constexpr char kSampleMessageId[] = "sample@hearth.example";
// 25 November 2026, 15:04 UTC, when the samples play; and an hour later.
inline const absl::Time kSampleTime = absl::FromUnixSeconds(1795619040);
inline const absl::Time kSampleExpiry = kSampleTime + absl::Hours(1);

// All values of a template, as whoever sends such a mail would give them. Throws std::invalid_argument for a sample that its type does not read: a
// defect of the contract.
std::map<std::string, MailValue> SampleValues(v1::MailTemplate kind);

}  // namespace hearth
