"""All four vocabularies together, with every sentence declared: what a scenario file is read with."""

from sandbox.scenarios.scenario import Grammars
from sandbox.scenarios.sentences import (
    balance,
    credit,
    disputes,
    invoices,
    netsuite,
    payments,
    shows,
    subscriptions,
    weather,
)
from sandbox.scenarios.sentences.stripe_grammar import STRIPE

# The modules of the Stripe sentences, in the order in which a reader wants them.
STRIPE_SUBJECTS = (invoices, credit, subscriptions, payments, disputes, balance)
GRAMMARS = Grammars(STRIPE, netsuite.NETSUITE, weather.WEATHER, shows.SHOWS)
