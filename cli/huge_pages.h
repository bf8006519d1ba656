// Tells jemalloc, which our programs are linked with, to ask for huge pages: visitors are small
// blocks all over a gigabyte, and with pages of 4 KiB nearly each look at one misses the
// processor's page tables too; and to give nothing back, as every block is soon used again
// (docs/adr/0011). Included by a program's main file, and by no other.
#pragma once

// Read by jemalloc when the process starts; MALLOC_CONF in the environment goes over it.
extern "C" {
const char* malloc_conf =  // NOLINT: the name is jemalloc's
    "thp:always,metadata_thp:auto,narenas:1,oversize_threshold:0,dirty_decay_ms:-1";
}
