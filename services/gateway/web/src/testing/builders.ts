import type {Alert, Budget, Category, Expense, Import, ImportPreview, Preferences, Receipt, Session, Standing, Token, User} from '../lib/api/types'
import type {Money} from '../lib/money/money'

// Things as the API returns them. A test names only what it is about.

const morning = '2026-11-20T08:00:00Z'

export const eur = (amount: string): Money => ({amount, currency: 'EUR'})

export const aUser = (given: Partial<User> = {}): User => ({
  id: 'user-1', email: 'maria@example.org', email_verified: true, pending_email: null, name: 'Maria', home_currency: 'EUR',
  time_zone: 'UTC', locale: 'en-GB', version: 3, created_at: morning, ...given,
})

export const aCategory = (given: Partial<Category> = {}): Category => ({id: 'food', name: 'Food', colour: '#3b49b8', version: 1, ...given})

export const anExpense = (given: Partial<Expense> = {}): Expense => ({
  id: 'expense-1', kind: 'expense', amount: eur('4.80'), home_amount: eur('4.80'), spent_on: '2026-11-20', payee: 'Blue Bottle',
  description: '', category_id: null, tags: [], note: '', receipts: [], import_id: null, version: 7, created_at: morning,
  updated_at: morning, ...given,
})

export const aStanding = (given: Partial<Standing> = {}): Standing => ({
  from: '2026-11-01', to: '2026-11-30', limit: eur('100.00'), spent: eur('40.00'), remaining: eur('60.00'), percent: 40, state: 'ok', ...given,
})

export const aBudget = (given: Partial<Budget> = {}): Budget => ({
  id: 'budget-1', name: 'Coffee', category_ids: [], missing_category_ids: [], amount: eur('100.00'), period: 'monthly',
  starts_on: '2026-11-01', thresholds: [80, 100], rollover: 'none', current: aStanding(), version: 2, created_at: morning, ...given,
})

export const anAlert = (given: Partial<Alert> = {}): Alert => ({
  id: 'alert-1', kind: 'budget.exceeded', title: 'Coffee is over budget', body: 'Pushed over by Blue Bottle.', budget_id: 'budget-1',
  expense_id: 'expense-1', period: {from: '2026-11-01', to: '2026-11-30'}, created_at: morning, read_at: null, withdrawn_at: null,
  deliveries: [], ...given,
})

export const aReceipt = (given: Partial<Receipt> = {}): Receipt => ({
  id: 'receipt-1', expense_id: 'expense-1', name: 'lunch.jpg', media_type: 'image/jpeg', size: 2048, sha256: 'ab', width: 10, height: 10,
  thumbnail: true, created_at: morning, ...given,
})

export const aPreview = (given: Partial<ImportPreview> = {}): ImportPreview => ({
  mapping: {columns: {date: 0, payee: 1, amount: 2}, date_format: 'YYYY-MM-DD', decimal: '.', sign: 'spending-positive', delimiter: ',', encoding: 'utf-8', header: true},
  header: ['Day', 'Who', 'How much'],
  rows: [
    {
      line: 2, cells: ['2026-11-20', 'Blue Bottle', '4.80'], duplicate: false,
      expense: {kind: 'expense', amount: eur('4.80'), spent_on: '2026-11-20', payee: 'Blue Bottle', description: 'Espresso', category: 'Food'},
    },
  ],
  errors: [], warnings: [], sign_certain: true, candidates: {}, encodings: [], currencies: [], left_out: [], shortened: 0, duplicates: 0,
  remembered: false, correction: null, ...given,
})

export const anImport = (given: Partial<Import> = {}): Import => ({
  id: 'import-1', filename: 'bank.csv', created_at: morning, undone_at: null, rows: 12, imported: 10, duplicates: 1, failed: 1,
  categories_created: 2, from: '2026-11-01', to: '2026-11-20', errors: [], left_out: [], left_out_count: 0, shortened: 0, ...given,
})

export const aSession = (given: Partial<Session> = {}): Session => ({
  id: 'session-1', created_at: morning, last_seen_at: morning, expires_at: '2026-12-20T08:00:00Z',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0', current: false, ...given,
})

export const aToken = (given: Partial<Token> = {}): Token => ({
  id: 'token-1', name: 'backup', scopes: ['read'], created_at: morning, last_used_at: null, expires_at: null, ...given,
})

export const somePreferences = (given: Partial<Preferences> = {}): Preferences => ({
  kinds: {
    'budget.exceeded': {app: true, mail: true},
    'budget.near': {app: true, mail: false},
    'import.completed': {app: true, mail: false},
  },
  version: 4, mail: {state: 'ok', reason: '', since: null}, ...given,
})
