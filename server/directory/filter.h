// Filters of lists (a part of AIP-160).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace hearth {

// The values that a filter asks of fields: `field = value`, joined by AND, each field once. A value is a word of letters, digits and . _ - or stands in
// double quotes. An empty filter asks nothing. Fails with INVALID_FIELDS that names `filter` for another form and for fields not in `fields`. Pure.
absl::StatusOr<std::map<std::string, std::string>> ParseFilter(std::string_view filter,
                                                               const std::set<std::string>& fields);

}  // namespace hearth
