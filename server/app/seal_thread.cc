#include "server/app/seal_thread.h"

#include "absl/time/clock.h"
#include "server/base/status_macros.h"
#include "server/event/event_store.h"

namespace hearth {
namespace {

constexpr absl::Duration kIdle = absl::Milliseconds(100);
constexpr absl::Duration kAfterFailure = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Seconds(20);

}  // namespace

SealThread::SealThread(Database* database, const HeadSigner* signer, HeadFile* heads)
    : database_(*database),
      sealer_(database, signer,
              [heads](const TreeHead& head) {
                if (heads != nullptr) heads->Append(head);
              }),
      thread_({kIdle, kAfterFailure}, "the audit could not be sealed", [this] { return WorkOnce(); }) {}

absl::StatusOr<int64_t> SealThread::WorkOnce() {
  int64_t events = 0, guests = 0;
  std::string last;
  RETURN_IF_ERROR(database_.WriteAlone(absl::Now() + kPatience, [&](Tx& tx) {
    guests = TellOfHomes(tx);
    return absl::OkStatus();
  }));
  RETURN_IF_ERROR(database_.WriteAlone(absl::Now() + kPatience, [&](Tx& tx) {
    last = last_;
    events = SequenceEvents(tx, last);
    return absl::OkStatus();
  }));
  last_ = last;
  ASSIGN_OR_RETURN(const int64_t rows, sealer_.SealSome(absl::Now() + kPatience));
  return guests + events + rows;
}

}  // namespace hearth
