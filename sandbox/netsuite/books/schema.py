"""The tables. Those SuiteQL shows have NetSuite's names and columns; those that start with `sandbox_` are our own.

Numbers stand in NUMERIC columns: up to 15 digits SQLite gives back exactly what was written. Dates are
`YYYY-MM-DDTHH:MM:SS`, so that SuiteQL can tell a date from a text.
"""

VERSION = 2

TABLES: dict[str, str] = {
    "transaction": (
        "id INTEGER PRIMARY KEY, tranid TEXT, transactionnumber TEXT, externalid TEXT, type TEXT, recordtype TEXT, "
        "trandate TEXT, duedate TEXT, entity INTEGER, currency INTEGER, exchangerate NUMERIC, foreigntotal NUMERIC, "
        "foreignamountpaid NUMERIC, foreignamountunpaid NUMERIC, foreignpaymentamountused NUMERIC, "
        "foreignpaymentamountunused NUMERIC, status TEXT, posting TEXT, postingperiod INTEGER, memo TEXT, voided TEXT, "
        "paymentmethod INTEGER, otherrefnum TEXT, createddate TEXT, createdby INTEGER, lastmodifieddate TEXT, "
        "source TEXT, approvalstatus TEXT, closedate TEXT, sandbox_status TEXT, sandbox_subsidiary INTEGER, "
        "sandbox_control INTEGER, sandbox_base NUMERIC, sandbox_base_used NUMERIC"
    ),
    "transactionline": (
        'id INTEGER, "transaction" INTEGER, uniquekey INTEGER, linesequencenumber INTEGER, mainline TEXT, '
        "taxline TEXT, item INTEGER, quantity NUMERIC, rate NUMERIC, foreignamount NUMERIC, netamount NUMERIC, "
        "foreignamountpaid NUMERIC, foreignamountunpaid NUMERIC, foreignpaymentamountused NUMERIC, "
        "foreignpaymentamountunused NUMERIC, createdfrom INTEGER, subsidiary INTEGER, department INTEGER, "
        '"class" INTEGER, location INTEGER, memo TEXT, accountinglinetype TEXT, entity INTEGER, cleared TEXT, '
        "sandbox_tax_code INTEGER, "
        'PRIMARY KEY ("transaction", id)'
    ),
    "transactionaccountingline": (
        '"transaction" INTEGER, transactionline INTEGER, account INTEGER, accountingbook INTEGER, amount NUMERIC, '
        "debit NUMERIC, credit NUMERIC, netamount NUMERIC, exchangerate NUMERIC, amountpaid NUMERIC, "
        "amountunpaid NUMERIC, paymentamountused NUMERIC, paymentamountunused NUMERIC, posting TEXT, "
        'overheadparentitem INTEGER, lastmodifieddate TEXT, PRIMARY KEY ("transaction", transactionline)'
    ),
    "nexttransactionlinelink": (
        "previousdoc INTEGER, previousline INTEGER, previoustype TEXT, nextdoc INTEGER, nextline INTEGER, "
        "nexttype TEXT, linktype TEXT, foreignamount NUMERIC, lastmodifieddate TEXT"
    ),
    "account": (
        "id INTEGER PRIMARY KEY, acctnumber TEXT, accountsearchdisplayname TEXT, accountsearchdisplaynamecopy TEXT, "
        "fullname TEXT, accttype TEXT, sspecacct TEXT, currency INTEGER, subsidiary TEXT, "
        "isinactive TEXT, externalid TEXT"
    ),
    "currency": (
        "id INTEGER PRIMARY KEY, name TEXT, symbol TEXT, exchangerate NUMERIC, isbasecurrency TEXT, "
        "currencyprecision INTEGER, isinactive TEXT, externalid TEXT"
    ),
    "customer": (
        "id INTEGER PRIMARY KEY, entityid TEXT, companyname TEXT, firstname TEXT, lastname TEXT, email TEXT, "
        "phone TEXT, isperson TEXT, currency INTEGER, subsidiary INTEGER, parent INTEGER, "
        "isinactive TEXT, externalid TEXT, datecreated TEXT, lastmodifieddate TEXT"
    ),
    "item": (
        "id INTEGER PRIMARY KEY, itemid TEXT, displayname TEXT, fullname TEXT, itemtype TEXT, subtype TEXT, "
        "incomeaccount INTEGER, isinactive TEXT, externalid TEXT, lastmodifieddate TEXT, "
        "sandbox_account INTEGER, sandbox_deferred INTEGER, sandbox_rate TEXT, sandbox_offered TEXT, "
        "sandbox_tax_schedule INTEGER, sandbox_tax_code INTEGER, sandbox_rule INTEGER"
    ),
    "subsidiary": (
        "id INTEGER PRIMARY KEY, name TEXT, fullname TEXT, parent INTEGER, currency INTEGER, country TEXT, "
        "iselimination TEXT, isinactive TEXT, externalid TEXT"
    ),
    "accountingperiod": (
        "id INTEGER PRIMARY KEY, periodname TEXT, startdate TEXT, enddate TEXT, closed TEXT, closedondate TEXT, "
        "alllocked TEXT, arlocked TEXT, aplocked TEXT, payrolllocked TEXT, allownonglchanges TEXT, isadjust TEXT, "
        "isquarter TEXT, isyear TEXT, isinactive TEXT, isposting TEXT, parent INTEGER"
    ),
    "currencyrate": (
        "id INTEGER PRIMARY KEY, basecurrency INTEGER, transactioncurrency INTEGER, exchangerate NUMERIC, "
        "effectivedate TEXT, lastmodifieddate TEXT"
    ),
    "revenueelement": (
        "id INTEGER PRIMARY KEY, recordnumber TEXT, fullname TEXT, source TEXT, sourcerecordtype TEXT, "
        "referenceid TEXT, entity INTEGER, subsidiary INTEGER, item INTEGER, quantity NUMERIC, currency INTEGER, "
        "exchangerate NUMERIC, salesamount NUMERIC, discountedsalesamount NUMERIC, elementdate TEXT, "
        "deferralaccount INTEGER, recognitionaccount INTEGER, revenuerecognitionrule INTEGER, revrecstartdate TEXT, "
        "revrecenddate TEXT, requiresrevenueplanupdate TEXT, revenueplanstatus TEXT, lastmodifieddate TEXT, "
        "sandbox_transaction INTEGER, sandbox_line INTEGER"
    ),
    "revenueplan": (
        "id INTEGER PRIMARY KEY, recordnumber TEXT, createdfrom INTEGER, revenueplantype TEXT, item INTEGER, "
        "amount NUMERIC, revenueplancurrency INTEGER, exchangerate NUMERIC, revenuerecognitionrule INTEGER, "
        "revrecstartdate TEXT, revrecenddate TEXT, totalrecognized NUMERIC, remainingdeferredbalance NUMERIC, "
        "statusfordisplay TEXT, holdrevenuerecognition TEXT, lastmodifieddate TEXT"
    ),
    "revenueplanplannedrevenue": (
        "id INTEGER PRIMARY KEY, revenueplan INTEGER, plannedperiod INTEGER, postingperiod INTEGER, amount NUMERIC, "
        "deferredrevenueaccount INTEGER, recognitionaccount INTEGER, isrecognized TEXT, journal INTEGER, "
        "plannedrevenuetype TEXT, exchangerate NUMERIC"
    ),
    "deletedrecord": ("recordid INTEGER, type TEXT, name TEXT, deleteddate TEXT, deletedby INTEGER, context TEXT"),
    "systemnote": (
        "id INTEGER PRIMARY KEY, recordid INTEGER, record TEXT, recordtypeid INTEGER, type TEXT, field TEXT, "
        "oldvalue TEXT, newvalue TEXT, name INTEGER, role TEXT, context TEXT, date TEXT"
    ),
    "dual": "dummy TEXT",
}

OWN_TABLES: dict[str, str] = {
    "sandbox_record": (
        "family TEXT, id INTEGER, type TEXT, externalid TEXT, externalkey TEXT, body TEXT, created TEXT, "
        "modified TEXT, PRIMARY KEY (family, id)"
    ),
    "sandbox_attachment": "family TEXT, id INTEGER, contact INTEGER, role TEXT, PRIMARY KEY (family, id, contact)",
    "sandbox_counter": "family TEXT PRIMARY KEY, next INTEGER",
    "sandbox_list": "list TEXT, id INTEGER, name TEXT, PRIMARY KEY (list, id)",
    "sandbox_application": (
        "id INTEGER PRIMARY KEY, source INTEGER, target INTEGER, debitdoc INTEGER, creditdoc INTEGER, amount NUMERIC, "
        "debitbase NUMERIC, creditbase NUMERIC, fxreval INTEGER, maker INTEGER"
    ),
    "sandbox_deposited": "payment INTEGER PRIMARY KEY, deposit INTEGER, amount NUMERIC",
    "sandbox_item_subsidiary": "item INTEGER, subsidiary INTEGER, includechildren TEXT, PRIMARY KEY (item, subsidiary)",
    "sandbox_deposit_use": (
        "deposit INTEGER, application INTEGER PRIMARY KEY, maker INTEGER, amount NUMERIC, base NUMERIC"
    ),
    "sandbox_tax_code": (
        "id INTEGER PRIMARY KEY, name TEXT, rate NUMERIC, account INTEGER, taxtype INTEGER, subsidiary INTEGER, "
        "isdefault TEXT"
    ),
    "sandbox_customer_currency": "customer INTEGER, currency INTEGER, PRIMARY KEY (customer, currency)",
}

VIEWS: dict[str, str] = {
    "previoustransactionlinelink": "SELECT * FROM nexttransactionlinelink",
    "previoustransactionlink": (
        "SELECT DISTINCT previousdoc, previoustype, nextdoc, nexttype, linktype FROM nexttransactionlinelink"
    ),
    "nexttransactionlink": (
        "SELECT DISTINCT previousdoc, previoustype, nextdoc, nexttype, linktype FROM nexttransactionlinelink"
    ),
    "entity": (
        "SELECT id, entityid, COALESCE(companyname, firstname || ' ' || lastname) AS altname, email, "
        "'CustJob' AS type, isperson, isinactive, externalid FROM customer"
    ),
    "department": "SELECT id, name, 'F' AS isinactive FROM sandbox_list WHERE list = 'department'",
    "classification": "SELECT id, name, 'F' AS isinactive FROM sandbox_list WHERE list = 'classification'",
    "location": "SELECT id, name, 'F' AS isinactive FROM sandbox_list WHERE list = 'location'",
    "term": "SELECT id, name, 'F' AS isinactive FROM sandbox_list WHERE list = 'term'",
    "paymentmethod": "SELECT id, name, 'F' AS isinactive FROM sandbox_list WHERE list = 'paymentMethod'",
}

INDEXES: tuple[str, ...] = (
    "CREATE UNIQUE INDEX sandbox_record_external ON sandbox_record (family, externalkey)",
    "CREATE INDEX sandbox_record_type ON sandbox_record (type, id)",
    'CREATE INDEX transaction_externalid ON "transaction" (externalid)',
    'CREATE INDEX transaction_trandate ON "transaction" (trandate)',
    'CREATE INDEX transaction_type ON "transaction" (type, id)',
    "CREATE UNIQUE INDEX transactionline_key ON transactionline (uniquekey)",
    "CREATE INDEX accountingline_account ON transactionaccountingline (account)",
    "CREATE INDEX link_previous ON nexttransactionlinelink (previousdoc)",
    "CREATE INDEX link_next ON nexttransactionlinelink (nextdoc)",
    "CREATE INDEX customer_externalid ON customer (externalid)",
    "CREATE INDEX customer_entityid ON customer (entityid COLLATE NOCASE)",
    "CREATE INDEX item_externalid ON item (externalid)",
    "CREATE INDEX item_itemid ON item (itemid COLLATE NOCASE)",
    "CREATE INDEX application_source ON sandbox_application (source)",
    "CREATE INDEX application_target ON sandbox_application (target)",
    "CREATE INDEX application_maker ON sandbox_application (maker)",
    "CREATE INDEX application_debit ON sandbox_application (debitdoc)",
    "CREATE INDEX application_credit ON sandbox_application (creditdoc)",
    "CREATE INDEX deposited_deposit ON sandbox_deposited (deposit)",
    "CREATE INDEX deposit_use ON sandbox_deposit_use (deposit)",
    "CREATE INDEX deposit_use_maker ON sandbox_deposit_use (maker)",
    'CREATE INDEX transaction_entity ON "transaction" (entity, type, trandate)',
    "CREATE INDEX transactionline_item ON transactionline (item)",
    "CREATE INDEX transactionline_entity ON transactionline (entity)",
    "CREATE INDEX systemnote_record ON systemnote (recordid)",
    "CREATE INDEX revenueelement_source ON revenueelement (sandbox_transaction)",
    "CREATE INDEX rate_day ON currencyrate (basecurrency, transactioncurrency, effectivedate)",
)

CUSTOM_FIELD_TABLE = {
    "custbody_": "transaction",
    "custcol_": "transactionline",
    "custentity_": "customer",
    "custitem_": "item",
}

DATE_COLUMNS = frozenset(
    {
        "trandate",
        "duedate",
        "createddate",
        "lastmodifieddate",
        "closedate",
        "startdate",
        "enddate",
        "closedondate",
        "effectivedate",
        "datecreated",
        "deleteddate",
        "date",
        "elementdate",
        "revrecstartdate",
        "revrecenddate",
    }
)


def creation_script() -> list[str]:
    """Every statement that makes an empty set of books."""
    tables = {**TABLES, **OWN_TABLES}
    statements = [f'CREATE TABLE "{name}" ({columns})' for name, columns in tables.items()]
    statements += [f'CREATE VIEW "{name}" AS {query}' for name, query in VIEWS.items()]
    return [*statements, *INDEXES, "INSERT INTO dual VALUES ('X')"]
