"""Sentences that no scenario of the library needs: each does what it says."""

from __future__ import annotations

from textwrap import dedent

from sandbox.scenarios.checking import check
from sandbox.scenarios.playing import play
from sandbox.scenarios.scenario import Scenario
from sandbox.scenarios.sentences.everything import GRAMMARS
from sandbox.scenarios.stage import Stage
from sandbox.scenarios.stripe_reader import StripeReader
from sandbox.stripe.world import World
from sandbox.testing import running_stripe
from tests.sandbox.scenarios.conftest import Story
from tests.sandbox.scenarios.test_scenario_language import every_sentence

HEAD = """
title: A story
story: Something happens.
customers: {Ada: ada@lovelace.example, Bob: bob@babbage.example}
products: {Pro: 100.00 USD a month, Tip: 5.00 USD}
coupons: {TEN: 10 % off}
"""

STORIES = {
    "nothing is paid": """
        days: {day 1: [Ada is invoiced 1 Pro due in 30 days as A1]}
        shows: [the invoice A1 is open, there is no payout]
    """,
    "payments": """
        days:
          day 1:
            - Ada reserves 50.00 USD as P1
            - Ada reserves 60.00 USD as P2
            - Ada reserves 70.00 USD as P3
            - Ada pays 9.00 USD by a card that is declined as P4
            - Bob pays 20.00 USD by card while the ledger is late as P5
            - Ada sends 100.00 USD by bank transfer
            - Ada is invoiced 1 Pro as A1
            - Ada's bank transfer pays A1
          day 2:
            - P1 is captured
            - 25.00 USD of P2 is captured
            - P3 is released
            - 5.00 USD of P1 is refunded slowly as R1
            - 6.00 USD of P1 is refunded slowly as R2
          day 3:
            - R1 goes through
            - R2 is called off
        shows:
          - the payment P1 is succeeded
          - the payment P4 is failed
          - the refund R1 is succeeded
          - the refund R2 is canceled
          - the invoice A1 is paid
          - refund comes to -5.00 USD
          - 6 charges exist
    """,
    "invoices": """
        days:
          day 1:
            - Ada owes 3.00 USD more for "Postage"
            - a draft for Ada over 1 Pro is written as A1
            - Bob is invoiced 1 Pro as B1
            - Bob is invoiced 1 Tip as B2
            - Bob is invoiced 2 Tip as B3
            - Bob is invoiced 2 Pro as B4
            - Bob is quoted 4 Tip as Q1
            - Ada checks out 3 Tip as C1
          day 2:
            - A1 is sent
            - 40.00 USD of B1 is paid by card
            - B2 and B3 are paid together as P1
            - B4 is paid outside Stripe
            - 10.00 USD of A1 is credited as N1
            - N1 is withdrawn
            - Q1 is accepted
        shows:
          - A1 asked for 100.00 USD, of which 103.00 USD remains due
          - B1 asked for 100.00 USD, of which 60.00 USD remains due
          - the invoice B2 is paid
          - the invoice B3 is paid
          - the invoice B4 is paid
          - the credit note N1 is void
          - the quote Q1 is accepted
          - B2 has 1 payments
          - charge comes to 70.00 USD
    """,
    "subscriptions and customers": """
        days:
          day 1:
            - Ada subscribes to 1 Pro with coupon TEN as S1
            - Bob subscribes to 1 Pro after a trial of 14 days as S2
          day 2:
            - S1 is cancelled to the end of its period
            - S2 is cancelled at once
            - Bob is renamed "Bob the Second"
            - Bob is deleted
            - S1 is marked team = blue
        shows:
          - the subscription S1 is active
          - the subscription S2 is canceled
          - charge comes to 90.00 USD
          - an event customer.deleted tells of Bob
    """,
    "disputes": """
        days:
          day 1:
            - Ada pays 100.00 USD by card as P1
            - Bob pays 200.00 USD by card as P2
          day 2:
            - the bank asks about P1 under the name D1
            - P2 is disputed for 50.00 USD under the name D2
          day 3:
            - D1 becomes a dispute
            - D2 is lost
          day 4: D2 is appealed by the bank
        shows:
          - the dispute D1 is needs_response
          - dispute comes to -150.00 USD less 30.00 USD of fees
    """,
    "balance": """
        account: {payouts: by hand}
        days:
          day 1:
            - Ada pays 500.00 USD by card as P1
            - we top up 100.00 USD as T1
            - we top up 200.00 USD as T2
            - T2 does not arrive
          day 3:
            - Stripe holds back 50.00 USD as a minimum balance
            - 100.00 USD is paid out by hand as M1
            - M1 is cancelled before it leaves
            - 100.00 USD is paid out by hand as M2
          day 5: Stripe releases 50.00 USD of the minimum balance
          day 6: M2 is reversed
        shows:
          - the top-up T2 is failed
          - the payout M1 is canceled
          - an event payout.canceled tells of M1
          - the balance is 585.20 USD available and 0.00 USD pending
    """,
}


def played(story: Story, text: str) -> tuple[Scenario, World, Stage]:
    scenario = story(HEAD.strip() + "\n" + dedent(text).lstrip())
    settings = scenario.account
    world = World(1, scenario.opened, daily_payouts=settings.daily_payouts)
    stage = play(scenario, world)
    world.advance_to(scenario.ended)
    return scenario, world, stage


def test_sentences_that_no_scenario_needs_do_what_they_say(story: Story) -> None:
    """And together with the library's, every sentence about Stripe and every claim is used by some test."""
    wrong: dict[str, tuple[str, ...]] = {}
    used = {sentence.template.text for sentence in every_sentence()}
    for name, text in STORIES.items():
        scenario, world, stage = played(story, text)
        with running_stripe(world) as stripe:
            results = check(scenario, stage, StripeReader(stripe.url, stripe.key))
        wrong |= {f"{name}: {one.sentence.text}": one.wrong for one in results if one.wrong}
        used |= {sentence.template.text for moment in scenario.days for sentence in moment.sentences}
        used |= {sentence.template.text for sentence in scenario.shows}
    assert wrong == {}
    declared = {template.text for template in (*GRAMMARS.stripe.templates, *GRAMMARS.shows.templates)}
    assert declared - used == set()
