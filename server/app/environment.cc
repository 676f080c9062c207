#include "server/app/environment.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/app/machine.h"
#include "server/app/method_limits.h"
#include "server/authn/https.h"
#include "server/base/status_macros.h"
#include "server/credential/foreign_hash.h"
#include "server/credential/import_bounds.h"

namespace hearth {
namespace {

constexpr long kHttpOk = 200;
constexpr int kWatchWorkers = 2;  // They only admit, and answer polls that find something at once.

int Processors() { return ShareOfMachine().processors; }

int Lanes(const Config& config) { return config.hash_lanes > 0 ? config.hash_lanes : Processors(); }

int LookupWorkers(const Config& config) {
  return config.lookup_workers > 0 ? config.lookup_workers : std::max(1, Processors() / 2);
}

// Calls with a password that wait for the gate: as many as one look-up takes several times over.
constexpr size_t kHashArrivals = 512;

// What waits longer than a few hashes' time is not worth waiting: the more may wait, the later the refusal, and the answer.
int HashQueue(const Config& config) { return config.hash_queue > 0 ? config.hash_queue : 16 * Lanes(config); }

// What waits for two hashes' time while the queue does not get shorter is overload; folly's CoDel drops at twice its target, too.
absl::Duration HashPatience(absl::Duration hash_time) { return std::max(absl::Milliseconds(100), 2 * hash_time); }

// Passwords that may be waiting for the list that is asked online.
int RangesAtOnce(const Config& config) {
  return config.breached_range_uri.empty() ? 0 : std::max(4, 2 * Lanes(config));
}

BreachRange::Fetch RangeFetch(const Config& config) {
  return [uri = config.breached_range_uri, options = config.breached_range](
             const std::string& prefix, absl::Duration timeout) -> absl::StatusOr<std::string> {
    HttpsOptions now = options;
    now.timeout = timeout;
    ASSIGN_OR_RETURN(HttpsAnswer answer, CallHttps(absl::StrCat(uri, prefix), now));
    if (answer.status == kHttpOk) return std::move(answer.body);
    return absl::UnavailableError(absl::StrCat("the server answers with status ", answer.status));
  };
}

std::unique_ptr<BreachRange> MakeRange(const Config& config, BreachRange::Count count) {
  if (config.breached_range_uri.empty()) return nullptr;
  return std::make_unique<BreachRange>(
      RangeFetch(config), std::move(count),
      RangeLimits{.timeout = config.breached_range.timeout, .at_once = RangesAtOnce(config)});
}

DispatcherLimits LimitsOf(const Config& config, absl::Duration hash_time) {
  // A hash worker waits for its lane and for the database; three to a lane keep the lanes busy while others write. Those who wait for the online list
  // of breached passwords come on top, so that they take nobody's turn: new passwords are judged in the classes HASH and READ.
  const int waiting = RangesAtOnce(config);
  return {{v1::WORK_CLASS_LOOKUP, {LookupWorkers(config), static_cast<size_t>(config.lookup_queue)}},
          {v1::WORK_CLASS_INTAKE, {config.intake_workers, static_cast<size_t>(config.intake_queue)}},
          {v1::WORK_CLASS_READ, {config.read_workers + waiting, static_cast<size_t>(config.read_queue)}},
          {v1::WORK_CLASS_WRITE, {config.write_workers, static_cast<size_t>(config.write_queue)}},
          {v1::WORK_CLASS_WATCH, {kWatchWorkers, static_cast<size_t>(config.read_queue)}},
          {v1::WORK_CLASS_BULK,
           {.workers = config.bulk_workers,
            .queue = static_cast<size_t>(config.bulk_queue),
            .silence = absl::Seconds(config.upload_silence_seconds)}},
          {v1::WORK_CLASS_HASH,
           {.workers = 3 * Lanes(config) + waiting,
            .queue = kHashArrivals,
            .fair_queue = static_cast<size_t>(HashQueue(config)),
            .patience = HashPatience(hash_time)}}};
}

Rates RatesOf(const CallRates& rates) {
  return {{v1::WORK_CLASS_LOOKUP, rates.reads}, {v1::WORK_CLASS_INTAKE, rates.reads},
          {v1::WORK_CLASS_READ, rates.reads},   {v1::WORK_CLASS_WRITE, rates.writes},
          {v1::WORK_CLASS_HASH, rates.hashes},  {v1::WORK_CLASS_BULK, rates.runs},
          {v1::WORK_CLASS_WATCH, rates.watches}};
}

// The configuration was checked: its limits can be read.
RateLimits RateLimitsOf(const Config& config) {
  return {.caller = RatesOf(config.caller_rates),
          .directory = RatesOf(config.directory_rates),
          .caller_methods = ParseMethodLimits("", config.caller_limits).value_or(MethodRates()),
          .directory_methods = ParseMethodLimits("", config.directory_limits).value_or(MethodRates())};
}

// Whose limits a reset of a run takes from, like any other reset.
constexpr char kOneReset[] = "ResetPasswordService/ResetPassword";

}  // namespace

Environment::Environment(const Config& config, Keyring keyring, std::unique_ptr<BreachFilter> breached,
                         const Clock* clock, Random* random)
    : keyring_(std::move(keyring)),
      database_({.conninfo = config.database, .connections = config.database_connections}),
      hasher_(&keyring_, config.argon2, Lanes(config)),
      breached_(std::move(breached)),
      range_(MakeRange(config, [this](RangeOutcome outcome) { metrics_->AskedRange(outcome); })),
      new_passwords_(&database_, &hasher_, &keyring_, random, breached_.get(), range_.get()),
      rehasher_(&database_, &hasher_),
      pager_(keyring_),
      tokens_(&database_, clock),
      head_signer_(&keyring_),
      resume_tokens_(keyring_),
      event_tokens_(&keyring_, config.event_issuer),
      event_hub_(&database_, &resume_tokens_),
      poll_hub_(&database_, &event_tokens_),
      intent_relay_(&database_, &keyring_, random),
      reset_(&database_, &hasher_, &keyring_, &new_passwords_),
      batch_(&database_, &keyring_, &reset_,
             [this](const Principal& caller) {
               const auto excess = limiter_.Take(caller, v1::WORK_CLASS_HASH, kOneReset);
               return excess.has_value() ? excess->wait : absl::ZeroDuration();
             }),
      request_(&database_, &keyring_),
      proof_(&database_, &hasher_, &keyring_, &new_passwords_),
      queue_(&database_, &hasher_, &keyring_, &new_passwords_, &pager_),
      limit_(&database_, &keyring_),
      reset_policy_(&database_, &keyring_),
      guest_(&database_, &pager_),
      invitation_(&database_, &keyring_),
      redemption_(&database_, &keyring_),
      guest_user_(&database_, &keyring_),
      restoration_(&database_, &keyring_),
      conversion_(&database_, &keyring_),
      membership_(&database_, &keyring_, &pager_),
      guest_policy_(&database_, &keyring_),
      credential_(&database_, &hasher_, &rehasher_, &keyring_, &new_passwords_),
      password_policy_(&database_, &keyring_, &new_passwords_),
      import_(&database_, &keyring_, ImportBounds(config.argon2, config.import_bcrypt_cost)),
      sign_in_(&database_, &keyring_),
      bootstrap_(&database_, &keyring_),
      directory_(&database_, &keyring_, &pager_),
      domain_(&database_, &keyring_, &pager_),
      user_(&database_, &keyring_, &pager_),
      role_(&database_, &keyring_, &pager_),
      unit_(&database_, &keyring_, &pager_),
      unit_member_(&database_, &keyring_, &pager_),
      group_(&database_, &keyring_, &pager_),
      group_member_(&database_, &keyring_, &pager_),
      custom_role_(&database_, &keyring_, &pager_),
      issuer_(&database_, &keyring_, &pager_),
      service_account_(&database_, &keyring_, &pager_),
      mail_(&database_, &keyring_),
      set_aside_(&database_, &keyring_, &pager_),
      audit_(&database_, &head_signer_, &pager_),
      audit_policy_(&database_, &keyring_),
      watch_(&database_, &resume_tokens_, &event_hub_),
      receiver_(&database_, &keyring_, &pager_, &event_tokens_, config.receivers.allow_private),
      poll_(&database_, &event_tokens_, &poll_hub_),
      authenticator_(&database_, &tokens_),
      limiter_(clock, RateLimitsOf(config)) {
  AddServices({&reset_,
               &batch_,
               &request_,
               &proof_,
               &queue_,
               &limit_,
               &reset_policy_,
               &guest_,
               &invitation_,
               &redemption_,
               &guest_user_,
               &restoration_,
               &conversion_,
               &membership_,
               &guest_policy_,
               &credential_,
               &password_policy_,
               &import_,
               &sign_in_,
               &bootstrap_,
               &directory_,
               &domain_,
               &user_,
               &role_,
               &unit_,
               &unit_member_,
               &group_,
               &group_member_,
               &custom_role_,
               &issuer_,
               &service_account_,
               &mail_,
               &set_aside_,
               &audit_,
               &audit_policy_,
               &watch_,
               &receiver_,
               &poll_},
              table_);
  metrics_ = std::make_unique<Metrics>(table_);
  settler_ = std::make_unique<Settler>(&database_, metrics_.get());
  gate_ = std::make_unique<Gate>(&authenticator_, &limiter_, metrics_.get(), clock,
                                 absl::Seconds(config.max_sign_in_seconds));
  dispatcher_ =
      std::make_unique<Dispatcher>(gate_.get(), settler_.get(), metrics_.get(), LimitsOf(config, hasher_.hash_time()));
}

absl::StatusOr<std::unique_ptr<Environment>> Environment::Create(const Config& config, const Clock* clock,
                                                                 Random* random) {
  ASSIGN_OR_RETURN(Keyring keyring, Keyring::Load(config.keys_file));
  RETURN_IF_ERROR(keyring.CheckRandom());
  std::unique_ptr<BreachFilter> breached;
  if (!config.breached_passwords.empty()) {
    ASSIGN_OR_RETURN(breached, BreachFilter::Open(config.breached_passwords));
  }
  std::unique_ptr<Environment> environment(
      new Environment(config, std::move(keyring), std::move(breached), clock, random));
  RETURN_IF_ERROR(environment->hasher_.SelfTest());
  RETURN_IF_ERROR(ForeignSelfTest());
  RETURN_IF_ERROR(environment->table_.Check());
  return environment;
}

}  // namespace hearth
