// How long deleted things can be restored.
#pragma once

#include "absl/time/time.h"

namespace hearth {

// 30 days, as in the model system (Entra: deleted users are kept 30 days). The statements of the stores say
// the same in SQL.
inline constexpr absl::Duration kRetention = absl::Hours(30 * 24);

}  // namespace hearth
