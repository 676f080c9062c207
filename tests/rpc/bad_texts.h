// Texts that the contract's forms refuse.
#pragma once

#include <string>
#include <vector>

#include "hearth/v1/options.pb.h"

namespace hearth::test {

// Over-long, of wrong form, with control characters and marks that reorder text, and, where only ASCII is allowed, look-alikes of good ones.
std::vector<std::string> BadTexts(v1::Format format);

}  // namespace hearth::test
