// Early return on a failed absl::Status or absl::StatusOr.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define HEARTH_CONCAT_INNER(a, b) a##b
#define HEARTH_CONCAT(a, b) HEARTH_CONCAT_INNER(a, b)

// Evaluates an absl::Status and returns it from the function when it is not OK.
#define RETURN_IF_ERROR(expression)                                             \
  do {                                                                          \
    if (absl::Status status_to_return = (expression); !status_to_return.ok()) { \
      return status_to_return;                                                  \
    }                                                                           \
  } while (false)

// Evaluates an absl::StatusOr; returns its status when it failed, else assigns its value to `target`, which may declare a variable.
#define ASSIGN_OR_RETURN(target, expression) \
  HEARTH_ASSIGN_OR_RETURN_INNER(HEARTH_CONCAT(status_or_, __LINE__), target, expression)
#define HEARTH_ASSIGN_OR_RETURN_INNER(result, target, expression) \
  auto result = (expression);                                     \
  if (!result.ok()) return std::move(result).status();            \
  target = std::move(result).value()
