"""Questions that a person answers and no entry: what they are about, and whom to ask.

These are rules and no model: each can be read, tested and corrected. They see how a question is put, not
only its words, since "who bears the cost of a decision" asks for no fee. Crisis comes first, then a child
at risk; of both, too many are found rather than too few.
"""

# ruff: noqa: E501 - a rule that is broken over many lines is harder to read than a long one

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    id: str
    escalate_to: str
    """The role to ask."""
    reason: str
    """One line for the asker."""


CRISIS = Topic("crisis", "program director", "A person can be with you in this; a program cannot.")
CHILD = Topic("child at risk", "child protection contact", "A concern about a child goes to your local procedure now.")
RETALIATION = Topic(
    "retaliation", "union, HR or counsel", "What to do about this depends on facts and rules that a person must weigh."
)
LEGAL = Topic("legal advice", "counsel", "Law differs by place and year, and this gives no legal advice.")
OTHERS = Topic("other people", "privacy contact", "What others wrote or finished is theirs, and is not shown.")
ENDORSEMENT = Topic("endorsement", "facilitator", "This takes no side on candidates, parties or votes.")
JUDGING = Topic("judging a plan", "facilitator", "Whether a piece of work is good enough is for a person to say.")
FEES = Topic("fees", "program office", "No fee or price is known here; the host of the program tells it.")
START = Topic(
    "next start", "program office", "No date of a next cohort is known here; the host of the program tells it."
)

_PROGRAM = (
    r"(?:leep|lee|lern|ljs|ib|nep|nea|nasbe|programs?|programmes?|cohorts?|courses?|networks?|class|training|workshops?|"
    r"convenings?|coaching|sessions?|membership|leaders for just schools|technical assistance|ta|this|it)"
)
_WORK = (
    r"(?:plan|strategy|one.?pager|draft|proposal|reflection|answers?|essay|statement|challenge|trial|portfolio|work|"
    r"assignment|project|audit|submission)"
)
_PERSON = (
    r"(?:he|she|they|anyone|anybody|everyone|everybody|someone|somebody|(?:my|our|the|any|other|another)\s+(?:[a-z-]+\s+)?"
    r"(?:colleagues?|peers?|partners?|teammates?|members?|teachers?|principal|boss|coach|coachee|supervisor|superintendent|"
    r"facilitator|co-?workers?|chair|people|others?|participants?|classmates?|friend|team)|others|[A-Z][a-z]+)"
)
_CHILD = r"(?:student|child|children|kid|pupil|girl|boy|teen(?:ager)?|minor|daughter|son|learner)s?"
_HARM = (
    r"(?:(?:being|is|are|gets?|got|getting|was|been|they'?re)\s+(?:\w+\s+)?(?:hurt|hit|beaten|beat|abused|touched|molested|"
    r"harmed|neglected|starved|threatened|raped|assaulted|locked|kicked out)|abus(?:e|es|ed|ing|ive)\b|molest\w*|"
    r"(?:hits|beats|hurts|touches|threatens|hit|beat|hurting|hitting|beating)\s+(?:her|him|them|the)\b|bruis\w+|not safe at home|"
    r"unsafe at home|(?:afraid|scared)\s+(?:to go|of going|at)\s+home|self.?harm\w*|cutting (?:herself|himself|themselves)|"
    r"nothing to eat|sexual\w*)"
)
_FAMILY = r"(?:home|(?:mom|mum|mother|dad|father|parent|step\w+|uncle|brother|guardian|family|relative)s?)"

_RULES: tuple[tuple[Topic, tuple[str, ...], str], ...] = (
    (
        CRISIS,
        (
            r"\b(?:can'?t|cannot|can not|couldn'?t)\s+(?:really\s+|just\s+)?(?:go on|keep going|carry on|live like this|cope)\b",
            r"\b(?:can'?t|cannot|can not)\s+(?:take|do|stand|bear|handle)\s+(?:it|this|life|things)\s*(?:all\s+)?any\s?-?more\b",
            r"\b(?:want|wants|wanted|wanna|going|plan|planning|ready|wish|thinking (?:of|about))\s+(?:to\s+|i\s+(?:was|were)\s+)?"
            r"(?:die|dying|dead|be dead|kill(?:ing)? (?:myself|herself|himself|themselves)|end(?:ing)? (?:it all|my life|it))\b",
            r"\bsuicid\w*|\bkill(?:ing)? (?:my|him|her|them)sel(?:f|ves)\b|\b(?:hurt|harm|cut|cutting|hurting|harming) myself\b",
            r"\b(?:don'?t|do not|didn'?t|no longer)\s+want\s+to\s+(?:live|be alive|exist|wake up|be here any\s?more|go on)\b",
            r"\b(?:no reason|not worth|no point|nothing left|tired of|sick of)\s+(?:in\s+|to\s+|for\s+)?(?:liv(?:e|ing)|going on|life|being alive)\b",
            r"\b(?:better off (?:without me|dead|if i)|end my (?:own )?life|take my (?:own )?life|overdos\w+|self.?harm\w*)\b",
            r"\b(?:i'?m|i am|feel(?:ing)?)\s+(?:so\s+|completely\s+|totally\s+)?(?:hopeless|at the end of my rope|in crisis|in danger)\b",
            r"\bi(?:'?m| am)? (?:need|in need of) help (?:right )?now\b|\bthinking about ending\b|\bgive up on life\b",
        ),
        r"\b(?:prevention (?:training|program|lesson|policy)|assess (?:her|his))\b",
    ),
    (
        CHILD,
        (
            rf"\b{_CHILD}\b.{{0,80}}\b{_HARM}.{{0,40}}\b(?:at|by|her|his|their|in)\s*(?:\w+\s+)?{_FAMILY}\b",
            rf"\b{_CHILD}\b.{{0,60}}\b(?:told|tells|said|says|confided|wrote|disclosed|showed|revealed|admitted)\b.{{0,80}}\b{_HARM}",
            rf"\b(?:think|suspect|worried|afraid|fear|noticed|saw|believe|concerned|know|learned|heard)\b.{{0,40}}\b{_CHILD}\b"
            rf".{{0,50}}\b{_HARM}",
            rf"\b{_FAMILY}\b.{{0,30}}\b(?:hits|beats|hurts|abuses|touches|hitting|beating|hurting|abusing)\b.{{0,30}}"
            rf"\b(?:her|him|them|{_CHILD})\b",
            rf"\b{_CHILD}\b.{{0,60}}\b(?:not safe|unsafe|in danger|afraid to go home|scared to go home|scared at home|afraid at home)\b",
            rf"\b{_CHILD}\b.{{0,40}}\bbruis",
            r"\b(?:child|student|kid|sexual|physical)\s+(?:abuse|neglect)\b|\babused? (?:child|student|kid|girl|boy)\b",
            r"\b(?:mandated|mandatory) report\w*|\b(?:call|report (?:it|this|him|her|them)? ?to) cps\b",
        ),
        r"\b(?:abuse of|zero tolerance|suspensions?)\b",
    ),
    (
        RETALIATION,
        (
            r"\bretaliat\w*|\breprisals?\b",
            r"\b(?:boss|principal|supervisor|superintendent|manager|chair|administrator|director|district|they|he|she|employer)\b"
            r".{0,40}\b(?:punish\w*|threaten\w*|harass\w*|bull(?:y|ie)\w*|intimidat\w*|target(?:s|ed|ing)|getting back at|"
            r"mov(?:ed|ing) me|demot\w+|fir(?:ed|ing)|transferr\w+|wr(?:o|i)te? me up|cut(?:ting)? my hours)\b.{0,60}"
            r"\b(?:me|my|because i|for speaking|after i|since i)\b",
            r"\b(?:fired|demoted|punished|disciplined|written up|reassigned|transferred|let go|threatened|bullied|harassed)\b"
            r".{0,40}\b(?:because|for|after|when|since)\b.{0,15}\b(?:i|speaking|raising|reporting|complaining|talking|asking)\b",
            r"\b(?:lose|losing|lost)\s+my\s+(?:job|position)\b.{0,40}\b(?:for|because|if|after|over)\b",
            r"\b(?:i am|i'?m|i was|been)\s+being\s+(?:punished|bullied|harassed|targeted|threatened)\b",
        ),
        "",
    ),
    (
        LEGAL,
        (
            r"\b(?:is|are|was|be|it|this|that|we|still|even)\b.{0,60}\b(?:il)?legal\b(?!\s+(?:tools?|history|background|handles?|levers?|"
            r"terms?|framework|and educational))",
            r"\b(?:un)?lawful\b|\bagainst the law\b|\bbreak(?:ing|s)? (?:the|a|any|our state'?s?) law\b|\bbanned (?:in|by) (?:my|our)\b",
            r"\b(?:allowed|permitted|prohibited|forbidden|banned)\b.{0,40}\b(?:by law|under (?:the|our|my|state|federal)|in (?:my|our|this) "
            r"(?:state|district|county))\b",
            r"\b(?:law|laws|statute|court|ruling|executive order)\b.{0,40}\b(?:let|lets|allows?|forbids?|bans?|prohibits?|require|requires|say)\b"
            r".{0,15}\b(?:me|us|we|our|my)\b",
            r"\b(?:sue|sued|suing|lawsuit|liable|liability|lawyer|attorney|legal (?:advice|risk|trouble|action|rights?|opinion))\b",
            r"\bviolat\w+\b.{0,30}\b(?:law|ferpa|title (?:vi|ix)|act|policy|rights|open meeting\w*)\b",
            r"\b(?:can|could|do|does|must|will)\b.{0,40}\b(?:state|federal) law\b",
            r"\bwhat are my (?:legal )?rights\b|\bget in(?:to)? trouble with the law\b",
        ),
        r"\bcareer\b",
    ),
    (
        OTHERS,
        (
            rf"\b(?:did|has|have|is|was|does|if|whether)\s+(?-i:{_PERSON})\b.{{0,30}}\b(?:finish|complet|submit|answer|respond|skip|"
            r"start|read|fill|done|miss|do|turn|drop|behind|quit|wr[io]t)\w*\b.{0,30}\b(?:week|unit|month|prompt|reflection|"
            r"session|assignment|module|survey|pre-?work|reading|on time|out|behind|yet|homework|form|check-?in)\w*\b",
            rf"\bwhat\s+(?:did|has|have|does|was)\s+(?-i:{_PERSON})\b.{{0,30}}\b(?:wr(?:i|o)te|written|say|said|answer\w*|post\w*|"
            r"share\w*|put|reflect\w*|rate\w*|report\w*|think|feel)\b.{0,40}\b(?:about (?:me|us|my|our)\b|(?:her|his|their) (?:reflections?|"
            r"journals?|answers?|week)|(?:for|in|on) (?:week|unit|month|session|the reflection)|(?:this|last) week|yesterday|privately)",
            rf"\b(?:show|tell|give|send|let)\s+me\b.{{0,25}}\b(?:(?-i:{_PERSON})(?:'s|s'|’s)?|his|her|their|people'?s)\s+(?:private\s+)?"
            r"(?:reflections?|answers?|journals?|ratings?|responses?|entries|scores?|progress|notes?)\b",
            rf"\b(?:can|could|may|how (?:do|can)|where (?:do|can))\s+i\s+(?:see|read|look at|view|open|find|get)\b.{{0,20}}"
            rf"\b(?:(?-i:{_PERSON})(?:'s|s'|’s)|his|her|their|other people'?s|others'|someone else'?s?)\s+(?:private\s+)?"
            r"(?:reflections?|answers?|journals?|ratings?|responses?|entries|scores?|progress|notes?)\b",
            r"\bwho\b.{0,25}\b(?:hasn'?t|has not|haven'?t|have not|didn'?t|did not|has|skipped|missed|never|is behind|failed to)\b.{0,25}"
            r"\b(?:answer\w*|respond\w*|finish\w*|complet\w*|writ\w*|submit\w*|done|week|prompt|reflect\w*)\b",
            r"\b(?:see|read|know|tell me) what (?:others?|other people|everyone|my (?:colleagues?|peers?|teammates?))\b.{0,15}"
            r"\b(?:rated|wrote|answered|said|put|shared)\b",
            r"\bwho wrote\b.{0,30}\b(?:about me|about us|that reflection|that note|anonymous|unsigned)\b",
            rf"\bhow (?:did|has|is)\s+(?-i:{_PERSON})\s+(?:rate|rated|score|doing|answer)\w*\b",
        ),
        r"\b(?:has anyone tried|did (?:congress|nasbe|research)|did the (?:review|study|authors?|report))\b",
    ),
    (
        ENDORSEMENT,
        (
            r"\b(?:candidates?|part(?:y|ies)|politicians?|mayor|governor|senator|slate|nominee|incumbent)\b.{0,40}\b(?:support|endorse|"
            r"vote|back|elect|donate|campaign|best|better|prefer|favou?r|pick|choose)\w*\b",
            r"\b(?:support|endorse|vote for|vote against|back|elect|donate to|campaign for|pick|choose|favou?r)\b.{0,40}\b(?:candidates?|"
            r"democrat\w*|republican\w*|party|politicians?|governor|senator|mayor|president|ballot|proposition|referendum|nominee)\b",
            r"\b(?:who|whom|which (?:one|way|side)|how)\s+(?:should|do|would|shall)\s+(?:i|we|you|our board|members)\s+vote\b",
            r"\bshould\s+(?:i|we|our board|the board)\s+vote\s+(?:for|against|yes|no|in favou?r)\b",
            r"\b(?:which|what) (?:political )?party\b|\bwho (?:should|will) win\b.{0,20}\belection\b",
            r"\b(?:do|does) (?:you|lee|nea|nasbe|the (?:bot|program)) (?:endorse|support|oppose|back)\b",
        ),
        "",
    ),
    (
        JUDGING,
        (
            rf"\b(?:is|are|was)\s+(?:our|my|this|the|that|what i wrote|it)\s*(?:[\w-]+\s+){{0,3}}?(?:{_WORK}\s+)?(?:\w+\s+)?"
            r"(?:good|strong|solid|ready|acceptable|fine|ok|okay|any good|enough|sufficient|up to standard|equitable)\s*(?:enough|to (?:pass|"
            r"submit|send)|for (?:the|our) board|yet|\?|$)",
            rf"\b(?:will|would|does|can|could|should)\s+(?:our|my|this|the)\s+(?:[\w-]+\s+){{0,3}}?{_WORK}\b.{{0,30}}\b(?:pass|be approved|"
            r"get approved|be accepted|succeed|be enough|qualify|meet the bar|get through|win)\b",
            rf"\b(?:grade|score|judge|approve|critique|evaluate|assess|rate|mark|proofread|review|check)\s+(?:our|my|this)\s+(?:[\w-]+\s+)"
            rf"{{0,2}}?{_WORK}\b",
            rf"\b(?:what do you think|your opinion|feedback|how good|how strong)\b.{{0,20}}\b(?:of|on|about|is|are)\s+(?:our|my|this)\s+"
            rf"(?:[\w-]+\s+){{0,2}}?{_WORK}\b",
            r"\b(?:did i|have i|did we|have we)\s+(?:do|done|write|written|get|got)\b.{0,30}\b(?:right|correctly|well enough|good enough)\b",
        ),
        r"\b(?:how (?:do|can|would) (?:i|we) (?:know|tell|see)|who (?:will |can |should )?(?:grades?|reviews?|scores?|approves?|judges?|checks?))\b",
    ),
    (
        FEES,
        (
            rf"\b(?:what|how much|howmuch|wat)\b.{{0,30}}\b{_PROGRAM}\b.{{0,20}}\b(?:cost|costs|charge|charges|price)\b",
            rf"\b(?:cost|costs|price|prices|fee|fees|tuition|pricing|rates?)\s+(?:of|for|to|per|is|are)\b.{{0,40}}\b(?:{_PROGRAM}|join\w*|"
            r"attend\w*|participat\w*|district|person|member|us|team|school)\b",
            rf"\b{_PROGRAM}\b.{{0,15}}\b(?:fees?|cost|price|prices|pricing|tuition)\b",
            r"\b(?:is|are) there (?:a|an|any)\s+(?:\w+\s+)?(?:fees?|cost|charge|tuition|price)\b",
            r"\bhow (?:much|expensive)\b.{0,30}\b(?:pay|money|fee|dollars?|\$|expensive|charge)\b|\bhow (?:much|expensive) (?:is|are)\b"
            rf".{{0,20}}\b{_PROGRAM}\b\s*(?:for|\?|$)",
            r"\b(?:do|does|must|would|will|should)\s+(?:i|we|my \w+|our \w+|they|members|districts|schools)\s+(?:have to |need to |has to )?pay\b"
            r"(?! (?:attention|student|them|families))",
            rf"\bis\s+(?:the\s+)?(?:\w+\s+)?{_PROGRAM}\s+(?:free|expensive|paid)\b",
            r"\b(?:tuition|price tag|registration fee|membership fee|membership dues|scholarships?|sliding scale|discount)\b|^\W*fees?\W*$",
            r"\bcan (?:we|i|our district|my district) afford\b",
        ),
        r"\b(?:who (?:bears|carries|pays)|bears? the cost|carr\w+ the cost|opportunity cost|student (?:leaders?|partners?)|"
        r"how much time|pay attention|reduced.price)\b",
    ),
    (
        START,
        (
            r"\b(?:when|what (?:date|day|month|time)|how soon|whens|wen)\b.{0,30}\b(?:next|new|upcoming|another|fall|spring|summer|"
            r"winter|20\d\d)\b.{0,25}\b(?:cohort|program|programme|course|class|group|round|intake|leep|lern|ljs|year|one|network)\b"
            r"(?!.{0,20}\b(?:prompt|question|reflection)\b)",
            r"\bnext\s+(?:\w+\s+)?(?:cohort|intake|round|class|program|programme|group)\b.{0,30}\b(?:start|begin|open|launch|kick|date|"
            r"is|run|happen|come)\w*\b",
            r"\bwhen\b.{0,20}\b(?:does|do|will|is|can)\b.{0,20}\b(?:leep|lern|ljs|lee|ib course|the (?:program|programme|cohort|course))\b"
            r".{0,15}\b(?:start|begin|open|launch)\w*\b",
            r"\b(?:when|how long until|by when|what is the deadline|deadline)\b.{0,30}\b(?:appl(?:y|ications?)|registration|register|enrol\w*|"
            r"sign.?ups?|nominations?)\b",
            r"\b(?:start|starting|launch) dates?\b|\bwhen can (?:i|we|my \w+|our \w+) (?:join|start|begin|enrol\w*|apply|sign up)\b",
            r"\b(?:are|is)\b.{0,15}\b(?:applications?|registration|enrol\w*|sign.?ups?)\b.{0,20}\b(?:open|closed|still)\b",
            r"\b(?:will there be|is there)\s+(?:a|an|another|any)\s+(?:new\s+|next\s+|other\s+)?(?:\w+\s+)?(?:cohort|intake|round)\b",
        ),
        r"\b(?:when did|have (?:started|begun)|prompt come|next prompt|next send|who do i ask|breaks?|holidays?|vacations?)\b",
    ),
)
_COMPILED = tuple(
    (
        topic,
        re.compile("|".join(f"(?:{rule})" for rule in rules), re.IGNORECASE),
        re.compile(but or r"(?!)", re.IGNORECASE),
    )
    for topic, rules, but in _RULES
)
TOPICS = tuple(topic for topic, _, _ in _COMPILED)


def topic_of(question: str) -> Topic | None:
    """What a person must answer, the most urgent first; None where an entry may."""
    question = question.replace("’", "'").replace("‘", "'")
    for topic, rules, but in _COMPILED:
        if rules.search(question) and not but.search(question):
            return topic
    return None
