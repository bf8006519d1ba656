// What a request says of consent besides its events: the headers Sec-GPC and DNT, and a TC string
// in `gdpr_consent` of its address (as ad tags pass it) or in the CMP's cookie `euconsent-v2`.
#pragma once

#include "io/consent/consent_door.h"
#include "io/request.h"

namespace rekindle::io {

// Views into the request.
[[nodiscard]] ConsentSignals consent_signals(const Request& request);

}  // namespace rekindle::io
