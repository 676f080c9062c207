// Public lists of breached passwords, as files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace hearth {

// Reads a list in the order of its digests, one by one; `each` gets the first 64 bits of each. A list is
//   - a folder with a file for each range, as the k-anonymity API of Pwned Passwords has them: named by the first five hexadecimal digits of SHA-1
//     digests (ABCDE or ABCDE.txt), with lines SUFFIX:COUNT of the other 35 digits; or
//   - one file with lines DIGEST or DIGEST:COUNT of all 40 digits, in order.
// Lines with a count below `least_count` are left out (padding has the count 0). Fails with a text for the operator that names file and line, and as
// `each` does.
absl::Status ReadBreachList(const std::string& path, int64_t least_count,
                            const std::function<absl::Status(uint64_t key)>& each);

}  // namespace hearth
