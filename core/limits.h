// Every bound in Rekindle, in one place, with what happens over it. Nothing else defines a limit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rekindle::limits {

// --- one event: over it the event is quarantined -------------------------------------------------
inline constexpr size_t kVisitorNameBytesMax = 128;
inline constexpr size_t kIdBytesMax = 128;     // event_id, order, product, category, brand, coupon
inline constexpr size_t kUrlBytesMax = 2'048;  // url, referrer, query: longer ones are cut
inline constexpr size_t kTextBytesMax = 256;   // campaign fields, channel, user
inline constexpr size_t kPropsBytesMax = 4'096;  // raw JSON kept for later operators
inline constexpr size_t kCustomTypeBytesMax = 64;
inline constexpr size_t kItemsPerEventMax = 2'000;
inline constexpr size_t kEventRecordBytesMax = 256 * 1'024;
inline constexpr int64_t kMoneyMinorMax = 1'000'000'000'000;  // ten thousand million major units
inline constexpr uint32_t kQuantityMax = 1'000'000;
inline constexpr int64_t kFutureSkewMs = 5'000;  // `at` may be this far ahead of `received_at`

// --- one request or frame: over it 413 / 431 / close ---------------------------------------------
inline constexpr size_t kHeaderBytesMax = 16 * 1'024;
inline constexpr size_t kBodyBytesMax = 8 * 1'024 * 1'024;  // after decompression
inline constexpr size_t kCompressedBodyBytesMax = 4 * 1'024 * 1'024;
inline constexpr size_t kEventsPerBodyMax = 20'000;
inline constexpr size_t kRejectionsListedMax = 1'000;  // per answer; later ones are only counted
inline constexpr size_t kJsonDepthMax = 32;
inline constexpr size_t kJsonNodesMax = 250'000;  // values in a tracker's body: over it 413
inline constexpr size_t kHitsPerBodyMax = 1'000;  // lines of a /g/collect body: over it rejected
inline constexpr size_t kOrderItemsMax = 256;     // items without their order in one body of a
                                                  // tracker, that wait for it: over it they stay
                                                  // alone
inline constexpr size_t kFormFieldsMax = 4'096;   // of a tracker's query or form: over it 413
inline constexpr size_t kFrameBytesMax = 4 * 1'024 * 1'024;
inline constexpr size_t kFramesInFlightMax = 64;  // per WebSocket: reads pause until acks leave
inline constexpr size_t kSendQueueBytesMax = 4 * 1'024 * 1'024;  // per WebSocket: over it, closed
inline constexpr size_t kUserAgentsKnown = 4'096;  // verdicts on User-Agents, per io thread; a
                                                   // power of two; over it one is judged again
inline constexpr size_t kUserAgentBytesMax = 512;  // the rest is not looked at
inline constexpr size_t kConnectionsPerThreadMax = 20'000;
inline constexpr size_t kPipelinedRequestsMax = 64;
inline constexpr int kHeaderTimeoutSeconds = 15;
inline constexpr int kBodyTimeoutSeconds = 60;
inline constexpr int kIdleTimeoutSeconds = 75;
inline constexpr int kLongPollSecondsMax = 60;

inline constexpr size_t kBufferBytesMax = 512 * 1'024 * 1'024;  // per io thread, bodies and large
                                                                // headers in progress: 503
inline constexpr size_t kFeedQueueBytesMax =
    32 * 1'024 * 1'024;                                  // per io thread: over it followers
                                                         // read the change log instead
inline constexpr size_t kErrandsMax = 1'024;             // blocking reads waiting: over it 503
inline constexpr size_t kFollowersPerThreadMax = 4'096;  // over it 503
inline constexpr size_t kChangesScanMax = 100'000;       // looked at per page of a filtered feed

// --- a shard: over it the sender is told to wait -------------------------------------------------
inline constexpr size_t kBatchEventsMax = 512;
inline constexpr size_t kInboxBytesDefault = 64 * 1'024 * 1'024;
inline constexpr size_t kFiresPerBatchMax = 256;      // deadlines popped per step
inline constexpr size_t kDeadlinesReadMax = 256;      // … and read ahead, of one partition
inline constexpr size_t kOrderedPerRoundMax = 1'024;  // … and put in order
inline constexpr uint32_t kPartitionsMax = 1'024;
inline constexpr uint32_t kPartitionsDefault = 64;

// --- a visitor -----------------------------------------------------------------------------------
inline constexpr size_t kTimelineEntriesMax = 1'024;  // over it the oldest entry of the longest
                                                      // list becomes part of a tile
inline constexpr size_t kTimelineListsMax = 64;      // over it a new type's events are counted only
                                                     // in `lifetime.events`
inline constexpr size_t kTimelineLinesMax = 32'768;  // item lines kept for multi-item events
inline constexpr size_t kTimelineItemsMax = 16'384;  // distinct (product, category, brand)
inline constexpr size_t kDedupeIdsMax = 512;         // newest event ids remembered
inline constexpr size_t kOrdersMax = 4'096;          // order ids remembered
inline constexpr size_t kCartLinesMax = 256;      // over it the line unchanged longest is dropped
inline constexpr size_t kSessionLinesMax = 200;   // newest lines of a closed session; over it
                                                  // the oldest are left out
inline constexpr size_t kTraitsMax = 64;          // over it the one changed longest ago is dropped
inline constexpr size_t kTraitNameBytesMax = 64;  // over it the trait is not taken
inline constexpr size_t kTraitValueBytesMax = 256;  // over it the trait is not taken
inline constexpr size_t kConsentsMax = 32;      // over it the one changed longest ago is dropped;
                                                // those about advertising never are
inline constexpr size_t kPurposeBytesMax = 64;  // over it the purpose is not taken
inline constexpr int64_t kWindowMsMax = 400LL * 24 * 3'600 * 1'000;
inline constexpr int64_t kWindowMsMin = 1'000;

// --- identity ------------------------------------------------------------------------------------
inline constexpr size_t kClaimedMax = 64;  // ids a visitor remembers; further ones are not claimed
inline constexpr size_t kClaimedValueBytesMax = 256;  // over it an id is not claimed
inline constexpr uint32_t kPersonIdsMax = 64;         // of one type: a configured limit's bound
inline constexpr size_t kPersonLinksMax = 1'024;      // of one person: over it a link is refused
inline constexpr uint32_t kSharedAfterMax = 64;       // a configured limit's bound
inline constexpr size_t kBlockedValuesMax = 1'024;    // configured; over it that is refused
inline constexpr size_t kClaimsPerRoundMax = 1'024;   // decided and stored together
inline constexpr size_t kDecisionsPageMax = 1'000;    // of the journal
inline constexpr size_t kPersonProfilesMax = 16;      // visitors shown of one person, newest first
inline constexpr size_t kPersonEventsMax = 100;       // … and events of all of them

inline constexpr int64_t kVoiceRankMs = 3'600'000;  // where audiences rank customers, every person
                                                    // is looked at so often
inline constexpr size_t kVoicesPerRoundMax = 16;    // persons looked at together
inline constexpr size_t kVoicesWaitingMax = 1'000'000;  // visitors whose person waits to be looked
                                                        // at: over it all persons are
inline constexpr size_t kVoicesListedMax = 1'000;       // visitors with a voice, read at a time

// --- erasure -------------------------------------------------------------------------------------
inline constexpr size_t kErasuresWaitingMax = 100'000;  // under way: over it 503
inline constexpr size_t kErasuresPerPassMax = 10'000;  // of the log; further ones wait for the next
inline constexpr size_t kForgottenAtOnceMax = 4'096;   // unseen visitors looked up together
inline constexpr size_t kForgottenSliceMax = 32;       // … and forgotten between two batches
inline constexpr size_t kReceiptsMax = 100'000;        // of complete erasures: the oldest leaves

// --- audiences -----------------------------------------------------------------------------------
inline constexpr size_t kAudiencesMax = 4'096;
inline constexpr size_t kMembershipsMax = 3 * kAudiencesMax;  // of a visitor: in force, being
                                                              // evaluated, and past
inline constexpr size_t kAudienceTextBytesMax = 1'024;        // title, purpose
inline constexpr size_t kEvaluatedAtOnceMax = 128;   // visitors a shard evaluates for a definition
                                                     // that is to change; beside events a quarter
inline constexpr int64_t kLiveForNs = 100'000'000;   // so long after events it is beside them
inline constexpr int64_t kRestPerWork = 2;           // beside events: rest ÷ such work
inline constexpr size_t kPreparedNamesMax = 65'536;  // a partition keeps for a switch; further
                                                     // ones are read from the store then
inline constexpr size_t kExpressionBytesMax = 8'192;
inline constexpr size_t kExpressionDepthMax = 64;
inline constexpr size_t kExpressionNodesMax = 1'024;
inline constexpr size_t kSequenceStepsMax = 8;      // of a sequence(…)
inline constexpr size_t kFilterTermsMax = 512;      // of a filter's disjunctive normal form
inline constexpr size_t kPreviewsMax = 4;           // at a time per io thread: over it 503
inline constexpr size_t kPreviewVisitorsMax = 512;  // a shard looks at between two batches
inline constexpr size_t kPreviewSampleMax = 100;
inline constexpr size_t kPreviewPurposesMax = 256;  // of consent; further ones are not counted
inline constexpr size_t kForecastStepsMax = 256;    // instants looked ahead at by an explanation
inline constexpr size_t kMembersPageMax = 10'000;
inline constexpr size_t kChangesPageMax = 10'000;

// --- decide --------------------------------------------------------------------------------------
inline constexpr size_t kOffersMax = 50;
inline constexpr size_t kCatalogProductsMax = 5'000'000;
inline constexpr size_t kCatalogRowBytesMax = 64 * 1'024;  // a longer row is a fault, and left out
inline constexpr size_t kCatalogFaultsMax = 100;      // faults listed; further ones are counted
inline constexpr size_t kProductTitleBytesMax = 512;  // over it the row is a fault
inline constexpr size_t kProductTagsMax = 32;         // over it the row is a fault
inline constexpr size_t kProductAttributesMax = 64;   // the same
inline constexpr int64_t kProductTierMax = 1'000;     // the same
inline constexpr size_t kCategoryPathBytesMax = 750;  // the same
inline constexpr size_t kCategoryLevelsMax = 10;      // the same
inline constexpr size_t kCatalogBodyBytesMax =
    256 * 1'024 * 1'024;  // of a change, before and after decompression: over it 413
inline constexpr size_t kCatalogChunkRows = 1'000;        // written to the store at a time
inline constexpr size_t kLearntSessionsMax = 16'000'000;  // a site: over what is configured the
                                                          // oldest is forgotten
inline constexpr size_t kPairedProductsMax = 32;  // newest products of a session, and of an order,
                                                  // that are counted in pairs; others are not
inline constexpr size_t kRuleStepsMax = 32;       // back from a product, to those it followed
inline constexpr size_t kPairsServed = 100;       // a product's heaviest pairs, as decide sees them
inline constexpr size_t kKnnRecentMax = 10'000;   // sessions that one decision compares
inline constexpr size_t kKnnNeighboursMax = 5'000;  // … and of those, the nearest it reads
inline constexpr size_t kKnnItemsMax = 64;          // newest products of a visitor it compares
inline constexpr size_t kPlacementsMax = 256;       // over it the configuration is refused
inline constexpr size_t kPlacementSourcesMax = 32;  // of one placement; the same
inline constexpr size_t kPlacementFiltersMax = 64;  // categories and brands of one source; the same
inline constexpr size_t kCandidatesMax = 128;       // of one source, judged by one decision
inline constexpr size_t kUpsellScanMax = 4'096;     // products of a category that one upsell reads
inline constexpr size_t kMessageTextBytesMax = 1'024;  // over it the configuration is refused
inline constexpr size_t kPlacementsPerPageMax = 16;    // decided in one call: over it 400
inline constexpr size_t kSeasonsMax = 256;             // over it the configuration is refused
inline constexpr size_t kBestsellersServed = 128;      // a category's best, as decide sees them
inline constexpr size_t kRecentItemsMax = 256;         // newest items read to find categories
inline constexpr size_t kRecentCategoriesMax = 8;      // newest categories tried by a decision
inline constexpr size_t kDecideReadersMax = 1'024;     // over it a decision waits for another

inline constexpr size_t kDecideEventsMax = 1'000;  // in one decide request: over it 400
inline constexpr size_t kLiveDecisionsMax = 16;    // a WebSocket follows: over it refused
inline constexpr size_t kLiveDecisionsPerThreadMax = 65'536;  // the same

// --- files for browsers: over it the configuration is refused -----------------------------------
inline constexpr size_t kPagesMax = 64;
inline constexpr size_t kPagesBytesMax = 8 * 1'024 * 1'024;  // of all

// --- offers --------------------------------------------------------------------------------------
inline constexpr size_t kOfferRulesMax = 256;  // configured; over it the configuration is refused
inline constexpr size_t kOfferCapsMax = 16;    // of one offer; the same
inline constexpr size_t kOfferRungsMax = 8;    // of one offer's ladder; the same
inline constexpr size_t kOfferBoostsMax = 16;  // of one offer; the same
inline constexpr size_t kOfferTextBytesMax = 512;  // title, text, url; the same
inline constexpr uint64_t kOfferCapMax = 200;      // a cap's number
inline constexpr size_t kExposuresMax = 256;  // of one visitor: over it nothing more is decided
inline constexpr size_t kExposuresMarketingMax = 224;  // … and this many leave room for service
inline constexpr size_t kTrialsMax = 64;               // of one visitor: over it no more begin
inline constexpr size_t kSoldLinesMax = 128;  // that wait to be attributed: over it the oldest is
inline constexpr size_t kTalliesMax = size_t{1} << 20;  // shared sums: over it offers are not made
inline constexpr size_t kProposalsPerBatchMax = 64;     // decisions that are logged
inline constexpr int64_t kTallyWeeksMax = 104;          // read by reports

// --- customer lifetime value ---------------------------------------------------------------------
inline constexpr size_t kClvCellsMax = 50'000;   // of each histogram; over it cells grow coarser
inline constexpr double kClvCustomersMin = 100;  // fewer: no fit
inline constexpr double kClvRepeatersMin = 20;   // … of them with a repeat purchase
inline constexpr int64_t kClvHorizonDaysMax = 3'650;  // a longer horizon counts as this long

// --- ranks of customers --------------------------------------------------------------------------
inline constexpr size_t kRankCutsMax =
    1'024;  // of all audiences together: over it they are refused
inline constexpr int64_t kRankEveryMs = 1'000;         // boundaries are looked at so often
inline constexpr size_t kRankSliceMax = 256;           // customers who cross a boundary, per step
inline constexpr size_t kRankSliceLiveMax = 32;        // … beside live events
inline constexpr size_t kCustomerChangesMax = 65'536;  // waiting to be counted; over it the shard
                                                       // that brings more counts them itself

// --- reports -------------------------------------------------------------------------------------
inline constexpr size_t kReportDaysMax = 3'700;          // a period's length; over it 400
inline constexpr size_t kChannelMomentsMax = 4'000'000;  // touches and orders of one report of
                                                         // channels: over it 400
inline constexpr size_t kChannelsMax = 10'000;           // of it; further ones are "(other)"
inline constexpr size_t kChannelCostsMax = 200'000;      // lines of a cost file: over it 500
inline constexpr size_t kChannelMediaMax = 256;  // configured; over it the configuration is refused
inline constexpr size_t kReportCellsMax = 500'000;  // audiences × days of one answer; over it 400

// --- keys, origins, the audit log ----------------------------------------------------------------
inline constexpr size_t kKeyBytesMax = 128;       // of a key: a longer one is unknown
inline constexpr size_t kKeyNameBytesMax = 64;    // over it the configuration is refused
inline constexpr size_t kKeysMax = 1'024;         // a list; the same
inline constexpr size_t kOriginsMax = 64;         // of a public key; the same
inline constexpr size_t kOriginBytesMax = 512;    // over it no CORS headers
inline constexpr uint64_t kRateMax = 10'000'000;  // a second: over it the configuration is refused

inline constexpr size_t kAuditShownMax = 1'000;  // newest entries of the audit log, in memory
inline constexpr size_t kAuditFileBytesMax = 8 * 1'024 * 1'024;  // of each of two: over it the
                                                                 // older one is replaced

// --- quarantine ----------------------------------------------------------------------------------
inline constexpr size_t kQuarantineRawBytesMax =
    16 * 1'024;                                             // longer raw bytes are cut, and say so
inline constexpr size_t kQuarantineEntriesMax = 1'000'000;  // the oldest leave first

// --- imported files: over it the row is counted as bad and skipped -------------------------------
inline constexpr size_t kCsvRowBytesMax = 1'024 * 1'024;
inline constexpr size_t kCsvColumnsMax = 1'024;

// --- hand-over to ad platforms -------------------------------------------------------------------
inline constexpr size_t kHandoverFieldBytesMax = 512;   // over it a value is refused
inline constexpr size_t kHandoverBodyMax = 10'000;      // rows or identifiers per body: over it the
                                                        // page continues in another body
inline constexpr size_t kHandoverEntriesMax = 10'000;   // per page
inline constexpr size_t kHandoverDestinationsMax = 10;  // audiences filled by one body
inline constexpr size_t kHandoverMembersMax = 1'000;    // per page of members: over it 400
inline constexpr size_t kMembersSliceMax = 32;  // members whose state a shard reads at a time

// --- pushing changes: event streams and webhooks -------------------------------------------------
inline constexpr int kHeartbeatSeconds = 15;          // of an event stream with nothing to say
inline constexpr size_t kWebhookTargetsMax = 64;      // over it the configuration is refused
inline constexpr size_t kWebhookChangesMax = 10'000;  // a message: over it the next one begins
inline constexpr size_t kWebhookBodyBytesMax = 4 * 1'024 * 1'024;  // the same
inline constexpr size_t kWebhookResponseBytesMax = 64 * 1'024;     // the rest is not read
inline constexpr size_t kWebhookSecretsMax = 4;  // a target: over it the configuration is refused
inline constexpr int64_t kWebhookRetryMsMax = 5 * 60 * 1'000;  // retries wait no longer than this

// --- webhooks that come in: over it the configuration is refused --------------------------------
inline constexpr size_t kHooksMax = 64;
inline constexpr size_t kHookTypesMax = 256;       // names of events that one translates
inline constexpr size_t kHookFieldsMax = 32;       // of an event that one fills
inline constexpr size_t kHookPathBytesMax = 256;   // of the way to a value
inline constexpr size_t kHookFieldBytesMax = 128;  // a header's name
inline constexpr size_t kHookSignaturesMax = 16;   // in one request: further ones are not looked at

// --- watching events come in
// ----------------------------------------------------------------------
inline constexpr size_t kDebugStreamsMax = 4;       // a server: over it 503
inline constexpr size_t kDebugRawBytesMax = 4'096;  // of an event's bytes: the rest is cut
inline constexpr size_t kDebugQueueBytesMax = 1'024 * 1'024;  // of one: over it events are left
                                                              // out, and counted

static_assert((kUserAgentsKnown & (kUserAgentsKnown - 1)) == 0);
static_assert(kVisitorNameBytesMax < 256, "a name's length is stored in one byte");
static_assert(kTextBytesMax <= kTraitValueBytesMax, "an event's user becomes a trait");
static_assert(kTimelineItemsMax <= 65'535, "item indexes are 16 bits");
static_assert(kFrameBytesMax <= kBodyBytesMax);
static_assert(kBatchEventsMax * 64 <= kInboxBytesDefault);
static_assert(kPairedProductsMax <= kSessionLinesMax);
static_assert(kOfferCapMax < kExposuresMarketingMax && kExposuresMarketingMax < kExposuresMax);
static_assert(kDecideReadersMax >= kPartitionsMax, "a shard is one reader");
static_assert(kBodyBytesMax <= kCatalogBodyBytesMax && kCatalogBodyBytesMax <= kBufferBytesMax);
static_assert(kHandoverMembersMax <= kHandoverEntriesMax);
static_assert(kHandoverEntriesMax >= kMembersPageMax && kHandoverEntriesMax >= kChangesPageMax);

}  // namespace rekindle::limits
