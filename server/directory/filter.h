// Filters of lists (a part of AIP-160).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace hearth {

// The values that a filter asks of fields: `field = value`, joined by AND, each field once. A value is a word of letters, digits and . _ - or stands in
// double quotes. An empty filter asks nothing. Fails with INVALID_FIELDS that names `filter` for another form and for fields not in `fields`. Pure.
absl::StatusOr<std::map<std::string, std::string>> ParseFilter(std::string_view filter,
                                                               const std::set<std::string>& fields);

// One comparison of a filter.
struct Comparison {
  std::string field;
  std::string op;  // "=", or of what is ordered also "<", "<=", ">", ">="
  std::string value;
};

// The comparisons of a filter, joined by AND: of the fields in `fields`, of which those in `ordered` can be compared by order, and more than once. Values
// as above. Fails with INVALID_FIELDS that names `filter`. Pure.
absl::StatusOr<std::vector<Comparison>> ParseComparisons(std::string_view filter, const std::set<std::string>& fields,
                                                         const std::set<std::string>& ordered);

}  // namespace hearth
