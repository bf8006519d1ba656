"""The parts an event's way is made of: which functions belong to which, and what limits each.

What a function takes belongs to the part of the innermost function of this list it was called from,
itself included. Names are as callgrind and perf print them, without arguments; one that is in no profile
is a fault, since then it was renamed or inlined and its costs have gone to another part.
"""

def operator(name):
    return f"rekindle::operators::{name}::on_event"


# part: functions
PARTS = {
    "parse": ("rekindle::io::JsonEvents::decode", "rekindle::io::JsonEvents::decode_lines"),
    "intake": ("rekindle::io::Intake::take", "rekindle::io::Intake::start"),
    "queue": ("rekindle::Inbox::Sender::send", "rekindle::Inbox::Sender::put", "rekindle::Inbox::take",
              "rekindle::Shard::take_messages"),
    "route": ("rekindle::Shard::gather", "rekindle::Shard::read_ahead"),
    "record": ("rekindle::Shard::apply_share", "rekindle::Shard::begin_events",
               "rekindle::Partition::begin", "rekindle::Partition::apply",
               "rekindle::Partition::touch", "rekindle::Partition::finish"),
    "dedupe": (operator("Dedupe"),),
    "timeline": (operator("Activity"),),
    "other operators": tuple(operator(name) for name in
                             ("Offers", "CartState", "Sessions", "CartKeeper", "LifetimeTotals",
                              "ProfileKeeper", "Identity")),
    "audiences": (operator("Audiences"),),
    "deadlines": ("rekindle::Shard::fire_due", "rekindle::Partition::fire",
                  "rekindle::Partition::fire_visitor"),
    "log": ("rekindle::Shard::commit", "rekindle::state::RocksLog::append"),
    "checkpoint": ("rekindle::Checkpointer::step", "rekindle::Checkpointer::begin",
                   "rekindle::Checkpointer::hand_over",
                   "rekindle::Partition::begin_checkpoint", "rekindle::Partition::encode_slice",
                   "rekindle::Partition::encode_pending"),
    "checkpoint write": ("rekindle::BackgroundWriter::write", "rekindle::BackgroundWriter::add",
                         "rekindle::BackgroundWriter::write_all",
                         "rekindle::bench::CountingStore::write",
                         "rekindle::state::RocksStateStore::write", "rekindle::state::RocksLog::sync"),
    "ack": ("rekindle::Shard::publish", "rekindle::Shard::reply", "rekindle::Shard::ring"),
    "rest of a round": ("rekindle::Engine::step", "rekindle::Shard::step",
                        "rekindle::Shard::between_batches"),
}

PART_OF = {function: part for part, functions in PARTS.items() for function in functions}


def plain(name):
    """A function's name without its arguments, and without what the compiler made of it."""
    return name.replace("(anonymous namespace)::", "").split("(")[0].split("[")[0].strip()


def _one_miss(known):
    return f"{known['memory_miss']:.0f}", "a line in no cache, if nothing were fetched ahead"


def _nothing(_):
    return "-", "instructions"


# part: what it cannot be faster than, from what bench_floor measured (nanoseconds), and why.
FLOORS = {
    "parse": lambda known: (f"{known['simdjson']:.0f}", "simdjson alone, with intake"),
    "intake": lambda known: ("", "the same"),
    "queue": lambda known: (f"{known['queue']:.1f}", "the bare queue"),
    "route": _one_miss,
    "record": _one_miss,
    "dedupe": _one_miss,
    "timeline": _one_miss,
    "other operators": _nothing,
    "audiences": _nothing,
    "deadlines": _nothing,
    "log": lambda known: (f"{known['rocksdb_append']:.0f}", "RocksDB, one row a batch"),
    "checkpoint": _one_miss,
    "checkpoint write": lambda known: (
        f"{known['rocksdb_put'] * known['checkpointed_per_event']:.0f}",
        f"RocksDB, {known['rocksdb_put']:.0f} ns a row in order"),
    "ack": lambda known: (f"{known['syscall'] / 512:.1f}", "a call of the kernel a batch"),
    "rest of a round": _nothing,
}
