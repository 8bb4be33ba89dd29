"""The tables. Those SuiteQL shows have NetSuite's names and columns; those that start with `sandbox_` are our own.

Numbers stand in NUMERIC columns: up to 15 digits SQLite gives back exactly what was written. Dates are
`YYYY-MM-DDTHH:MM:SS`, so that SuiteQL can tell a date from a text.
"""

TABLES: dict[str, str] = {
    "transaction": (
        "id INTEGER PRIMARY KEY, tranid TEXT, transactionnumber TEXT, externalid TEXT, type TEXT, recordtype TEXT, "
        "trandate TEXT, duedate TEXT, entity INTEGER, currency INTEGER, exchangerate NUMERIC, foreigntotal NUMERIC, "
        "foreignamountpaid NUMERIC, foreignamountunpaid NUMERIC, foreignpaymentamountused NUMERIC, "
        "foreignpaymentamountunused NUMERIC, status TEXT, posting TEXT, postingperiod INTEGER, memo TEXT, voided TEXT, "
        "paymentmethod INTEGER, otherrefnum TEXT, createddate TEXT, createdby INTEGER, lastmodifieddate TEXT, "
        "source TEXT, approvalstatus TEXT, closedate TEXT, sandbox_status TEXT, sandbox_subsidiary INTEGER"
    ),
    "transactionline": (
        'id INTEGER, "transaction" INTEGER, uniquekey INTEGER, linesequencenumber INTEGER, mainline TEXT, '
        "taxline TEXT, item INTEGER, quantity NUMERIC, rate NUMERIC, foreignamount NUMERIC, netamount NUMERIC, "
        "foreignamountpaid NUMERIC, foreignamountunpaid NUMERIC, foreignpaymentamountused NUMERIC, "
        "foreignpaymentamountunused NUMERIC, createdfrom INTEGER, subsidiary INTEGER, department INTEGER, "
        '"class" INTEGER, location INTEGER, memo TEXT, accountinglinetype TEXT, entity INTEGER, cleared TEXT, '
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
        "incomeaccount INTEGER, isinactive TEXT, externalid TEXT, lastmodifieddate TEXT"
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
    "dual": "dummy TEXT",
}

OWN_TABLES: dict[str, str] = {
    "sandbox_record": (
        "family TEXT, id INTEGER, type TEXT, externalid TEXT, externalkey TEXT, body TEXT, created TEXT, "
        "modified TEXT, PRIMARY KEY (family, id)"
    ),
    "sandbox_counter": "family TEXT PRIMARY KEY, next INTEGER",
    "sandbox_list": "list TEXT, id INTEGER, name TEXT, PRIMARY KEY (list, id)",
    "sandbox_application": (
        "id INTEGER PRIMARY KEY, source INTEGER, target INTEGER, debitdoc INTEGER, creditdoc INTEGER, amount NUMERIC, "
        "debitbase NUMERIC, creditbase NUMERIC, fxreval INTEGER"
    ),
    "sandbox_deposited": "payment INTEGER PRIMARY KEY, deposit INTEGER, amount NUMERIC",
    "sandbox_item_subsidiary": "item INTEGER, subsidiary INTEGER, includechildren TEXT, PRIMARY KEY (item, subsidiary)",
    "sandbox_customer_currency": "customer INTEGER, currency INTEGER, PRIMARY KEY (customer, currency)",
}

VIEWS: dict[str, str] = {
    "previoustransactionlinelink": "SELECT * FROM nexttransactionlinelink",
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
    "CREATE INDEX deposited_deposit ON sandbox_deposited (deposit)",
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
    }
)


def creation_script() -> list[str]:
    """Every statement that makes an empty set of books."""
    tables = {**TABLES, **OWN_TABLES}
    statements = [f'CREATE TABLE "{name}" ({columns})' for name, columns in tables.items()]
    statements += [f'CREATE VIEW "{name}" AS {query}' for name, query in VIEWS.items()]
    return [*statements, *INDEXES, "INSERT INTO dual VALUES ('X')"]
