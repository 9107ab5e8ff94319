import {api, idempotent} from '../../lib/api/client'
import {unwrap} from '../../lib/api/problem'
import type {Category} from '../../lib/api/types'

class Categories {
  items = $state<Category[]>([])
  loaded = $state(false)
  #byId = $derived(new Map(this.items.map((category) => [category.id, category])))

  async load(): Promise<void> {
    this.items = (await unwrap(api.GET('/categories'))).items
    this.loaded = true
  }

  get(id: string | null): Category | undefined {
    return id ? this.#byId.get(id) : undefined
  }

  name(id: string | null): string {
    return this.get(id)?.name ?? ''
  }

  async create(name: string): Promise<Category> {
    const made = await unwrap(api.POST('/categories', {params: {header: idempotent()}, body: {name}}))
    this.items = [...this.items, made].sort((a, b) => a.name.localeCompare(b.name))
    return made
  }

  clear(): void {
    this.items = []
    this.loaded = false
  }
}

export const categories = new Categories()
